using System.ComponentModel;
using TorchSharp.Modules;

namespace EchoLstm.Layers;

public abstract partial class Layer
{
    /// <summary>
    /// Copies of the weights in Keras's order and layout (Keras's <c>get_weights</c>): for an Lstm the kernel (features, 4 units), the
    /// recurrent kernel (units, 4 units) and the bias (4 units), gates in the order i, f, c, o; for a Dense the kernel (features, units)
    /// and the bias (units). A TorchSharp module's parameters come as the module has them, and behind them its buffers, such as a
    /// BatchNorm's running mean and variance: all that <see cref="SetWeights"/> needs to make another layer of the kind the same.
    /// </summary>
    /// <returns>Arrays of the layer's element type: <c>float[,]</c> for a matrix, <c>float[]</c> for a vector; <c>long[]</c> for whole
    /// numbers that a module counts.</returns>
    /// <exception cref="InvalidOperationException">The layer is not built yet.</exception>
    public IReadOnlyList<Array> GetWeights()
    {
        using var use = Guard.Read(nameof(GetWeights));
        ThrowIfNotBuilt("give its weights");
        using var scope = NewDisposeScope();
        return [.. Weights.Select(weight => NetArrays.FromTensor(AtLeast1D(weight.Value())))];
    }

    /// <summary>Sets the weights, given as <see cref="GetWeights"/> returns them (Keras's <c>set_weights</c>); all or none.</summary>
    /// <param name="weights">One array a weight, of float or double, in Keras's order and layout; of long or int where a module
    /// counts.</param>
    /// <exception cref="ShapeMismatchException">There are too few or too many, or some have the wrong shape; the message lists them
    /// all.</exception>
    /// <exception cref="ArgumentException">A weight is NaN or infinite, or its array is of another type.</exception>
    /// <exception cref="InvalidOperationException">The layer is not built yet.</exception>
    public void SetWeights(IReadOnlyList<Array> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var change = Guard.Change(nameof(SetWeights));
        ThrowIfNotBuilt("take weights");
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var targets = Weights.Select(weight => (Weight: weight, Value: AtLeast1D(weight.Value()))).ToList();
        CheckWeights(targets, weights);
        foreach (var (weight, given) in Weights.Zip(weights))
        {
            using var values = NetArrays.ToTensor(given);
            weight.Write(values.reshape(weight.Value().shape));
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

    private void CheckWeights(List<(LayerWeight Weight, Tensor Value)> targets, IReadOnlyList<Array> weights)
    {
        var faults = new List<string>();
        for (var i = 0; i < Math.Max(targets.Count, weights.Count); i++)
        {
            var expected = i < targets.Count ? $"{targets[i].Weight.Name} {Shape.Of(targets[i].Value)}" : "nothing";
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
            var (weight, type) = (targets[i].Weight, weights[i].GetType().GetElementType());
            var counts = !targets[i].Value.is_floating_point();
            Type[] taken = counts ? [typeof(long), typeof(int), typeof(bool)] : [typeof(float), typeof(double)];
            if (!taken.Contains(type))
            {
                throw new ArgumentException($"{Title}: weight {i}, {weight.Name}, is an array of {type!.Name}; expected "
                    + $"{(counts ? "long or int" : "float or double")}. Nothing was changed.", nameof(weights));
            }
            using var unfit = weight.Unfit(NetArrays.ToTensor(weights[i])).any();
            if (unfit.item<bool>())
            {
                throw new ArgumentException($"{Title}: weight {i}, {weight.Name}, has values that are NaN or infinite. Nothing was "
                    + $"changed.", nameof(weights));
            }
        }
    }

    // No array has no axes.
    private static Tensor AtLeast1D(Tensor value) => value.dim() == 0 ? value.reshape(1) : value;

    private static string ShapeOf(Array array) =>
        array is null ? "null" : Shape.Known(ArrayElements.Lengths(array)).ToString();
}
