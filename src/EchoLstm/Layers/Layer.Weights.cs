using System.ComponentModel;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

public abstract partial class Layer
{
    /// <summary>
    /// Copies of the weights in Keras's order and layout (Keras's <c>get_weights</c>): for an Lstm the kernel (features, 4 units), the
    /// recurrent kernel (units, 4 units) and the bias (4 units), gates in the order i, f, c, o; for a Dense the kernel (features, units)
    /// and the bias (units). A TorchSharp module's parameters come as the module has them.
    /// </summary>
    /// <returns>Arrays of the layer's element type: <c>float[,]</c> for a matrix, <c>float[]</c> for a vector.</returns>
    /// <exception cref="InvalidOperationException">The layer is not built yet.</exception>
    public IReadOnlyList<Array> GetWeights()
    {
        using var use = Guard.Read(nameof(GetWeights));
        ThrowIfNotBuilt("give its weights");
        using var scope = NewDisposeScope();
        return [.. Weights.Select(weight => NetArrays.FromTensor(weight.Value()))];
    }

    /// <summary>Sets the weights, given as <see cref="GetWeights"/> returns them (Keras's <c>set_weights</c>); all or none.</summary>
    /// <param name="weights">One array a weight, of float or double, in Keras's order and layout.</param>
    /// <exception cref="ShapeMismatchException">There are too few or too many, or some have the wrong shape; the message lists them
    /// all.</exception>
    /// <exception cref="ArgumentException">A weight is NaN or infinite, or not of float or double.</exception>
    /// <exception cref="InvalidOperationException">The layer is not built yet.</exception>
    public void SetWeights(IReadOnlyList<Array> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var change = Guard.Change(nameof(SetWeights));
        ThrowIfNotBuilt("take weights");
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var targets = Weights.Select(weight => (weight.Name, Value: weight.Value())).ToList();
        CheckWeights(targets, weights);
        foreach (var (weight, given) in Weights.Zip(weights))
        {
            weight.Write(NetArrays.ToTensor(given));
        }
    }

#pragma warning disable IDE1006 // TorchSharp's names
    /// <summary>Not for layers: refused, with the call that saves one.</summary>
    /// <param name="location">Not used.</param>
    /// <param name="skip">Not used.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always; the message says what to call.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module save(string location, IList<string>? skip = null) => throw NotSaved();

    /// <inheritdoc cref="save(string, IList{string})"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module save(Stream stream, IList<string>? skip = null) => throw NotSaved();

    /// <inheritdoc cref="save(string, IList{string})"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module save(BinaryWriter writer, IList<string>? skip = null) => throw NotSaved();

    /// <summary>Not for layers: refused, with the call that loads one.</summary>
    /// <param name="location">Not used.</param>
    /// <param name="strict">Not used. <value>true</value></param>
    /// <param name="skip">Not used.</param>
    /// <param name="loadedParameters">Not used.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always; the message says what to call.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module load(
        string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null) =>
            throw NotLoaded();

    /// <inheritdoc cref="load(string, bool, IList{string}, Dictionary{string, bool})"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module load(
        Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null) =>
            throw NotLoaded();

    /// <inheritdoc cref="load(string, bool, IList{string}, Dictionary{string, bool})"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new nn.Module load(
        BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null) =>
            throw NotLoaded();

#pragma warning restore IDE1006

    /// <summary>What to write instead of TorchSharp's <c>save</c> and <c>load</c>.</summary>
    private protected virtual (string Save, string Load) FileCalls =>
        ("Put the layer into a SequentialModel and write "
            + "model.SaveWeights(path)", "Put the layer into a SequentialModel and write model.LoadWeights(path)");

    private NotSupportedException NotSaved() => new(
        $"save writes TorchSharp's own format, which no other program reads. {FileCalls.Save}; ((nn.Module)layer).save(path) is "
            + $"TorchSharp's.");

    private NotSupportedException NotLoaded() => new(
        $"load reads TorchSharp's own format alone. {FileCalls.Load}; ((nn.Module)layer).load(path) is TorchSharp's.");

    private void CheckWeights(List<(string Name, Tensor Value)> targets, IReadOnlyList<Array> weights)
    {
        var faults = new List<string>();
        for (var i = 0; i < Math.Max(targets.Count, weights.Count); i++)
        {
            var expected = i < targets.Count ? $"{targets[i].Name} {Shape.Of(targets[i].Value)}" : "nothing";
            var received = i < weights.Count ? ShapeOf(weights[i]) : "nothing";
            if (i >= targets.Count || i >= weights.Count || Shape.Of(targets[i].Value).ToString() != received)
            {
                faults.Add($"weight {i}: expected {expected}, received {received}");
            }
        }
        if (faults.Count > 0)
        {
            throw new ShapeMismatchException(
                $"{Title} has {targets.Count} weights but what was given does not fit; nothing was changed. {string.Join("; ", faults)}. "
                    + $"Give them in the order and layout of GetWeights.",
                string.Join(", ", targets.Select(target => Shape.Of(target.Value))),
                string.Join(", ", weights.Select(ShapeOf)));
        }
        for (var i = 0; i < weights.Count; i++)
        {
            if (weights[i].GetType().GetElementType() is var type && type != typeof(float) && type != typeof(double))
            {
                throw new ArgumentException($"{Title}: weight {i}, {targets[i].Name}, is an array of {type!.Name}; expected float or "
                    + $"double. Nothing was changed.", nameof(weights));
            }
            using var finite = NetArrays.ToTensor(weights[i]).isfinite().all();
            if (!finite.item<bool>())
            {
                throw new ArgumentException($"{Title}: weight {i}, {targets[i].Name}, has values that are NaN or infinite. Nothing was "
                    + $"changed.", nameof(weights));
            }
        }
    }

    private static string ShapeOf(Array array) =>
        array is null ? "null" : new Shape([.. ArrayElements.Lengths(array).Select(length => (long?)length)]).ToString();
}
