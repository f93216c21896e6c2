using System.Runtime.InteropServices;
using EchoLstm.Inference;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Numbers far from 1 in a fit's data: each of inputs and targets is warned of once, in whichever batch it is.</summary>
internal sealed class ScaleAdvice
{
    // Beyond these, gates saturate on inputs and weights must travel far to reach targets; percentages lie within.
    private const double Largest = 100;
    private const double Smallest = 1e-4;

    private readonly Layer _model;
    private bool _looksAtInputs, _looksAtTargets;

    /// <param name="loss">The loss of an output.</param>
    /// <param name="model">The model.</param>
    /// <param name="maker">The layer that makes the output, or the model.</param>
    internal ScaleAdvice(Loss loss, Layer model, Layer maker)
    {
        (_model, _looksAtInputs) = (model, model.ReadsScale);
        _looksAtTargets = loss is { TakesClassIndices: false, IsBuiltIn: true, Expects: null, Fused: not FusedLossKind.CosineSimilarity }
            && FitAdvice.Range(maker) is (_, { High: double.PositiveInfinity });
    }

    /// <summary>The warnings for a batch; none for what is sound.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="weights">The weights of samples or steps; null for none.</param>
    /// <param name="mask">Which steps of the inputs were said to be there; null: all.</param>
    /// <param name="owner">What the batch is called, where it is not the first: one that is silent throughout is no fault then.</param>
    internal IEnumerable<string> Of(Tensor inputs, Tensor targets, Tensor? weights, Tensor? mask, string? owner = null)
    {
        var least = owner is null ? Smallest : 0;
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        Tensor? There() => _model.FirstMask(inputs) is { } first ? StepMasks.Both(first, mask) : mask;
        var ofTargets = OfTargets(
            targets, () => CountedTargets.Of(_model, targets, weights, There()), owner is null ? "y" : $"{owner}.Y", least).ToList();
        var ofInputs = _looksAtInputs ? OfInputs(inputs, There, owner is null ? "x" : $"{owner}.X", least).ToList() : [];
        (_looksAtTargets, _looksAtInputs) = (_looksAtTargets && ofTargets.Count == 0, _looksAtInputs && ofInputs.Count == 0);
        return [.. ofTargets, .. ofInputs];
    }

    /// <summary>The warning for targets, which the loss compares with what the model gives.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="counting">Which of them count; null where that is not known.</param>
    /// <param name="name">What they are called.</param>
    /// <param name="least">What is silent below it.</param>
    internal IEnumerable<string> OfTargets(Tensor targets, Func<Tensor?> counting, string name, double least = Smallest)
    {
        // Most data is sound, and then nothing is made of it.
        if (_looksAtTargets && IsFar(targets, least) && counting() is { } counted && Far(targets, counted, name, least) is { } far)
        {
            yield return $"{far}: weights begin for outputs near 1, so that the fit is long or never comes there. Scale the targets: "
                + $"var scaler = new StandardScaler().{Fitted(targets, "y")}; then give scaler.Transform(y), and read predictions with "
                + "scaler.InverseTransform.";
        }
    }

    /// <summary>The warning for an input that the model reads as numbers.</summary>
    /// <param name="input">The input.</param>
    /// <param name="there">Which of its steps are there; null, or giving null: all.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="least">What is silent below it.</param>
    internal static IEnumerable<string> OfInputs(Tensor input, Func<Tensor?>? there, string name, double least = Smallest)
    {
        if (IsFar(input, least)
            && Far(input, there?.Invoke() is { } mask ? CountedTargets.Over(mask, input) : null, name, least) is { } far)
        {
            yield return $"{far}: gates and activations saturate far from it, or see nothing. Scale the inputs: var scaler = new "
                + $"StandardScaler().{Fitted(input, "x")}; then give scaler.Transform(x), here and to Predict.";
        }
    }

    /// <summary>The call that fits a scaler to data; scalers are fitted to tables.</summary>
    internal static string Fitted(Tensor data, string name) => data.dim() < 3 ? $"Fit({name})"
        : string.Create(CultureInfo.InvariantCulture, $"Fit(Arrays.Reshape<float[,]>({name}, -1, {data.shape[^1]}))");

    private static string? Far(Tensor data, Tensor? counted, string name, double least)
    {
        var sizes = counted is null ? data.abs() : data.abs().mul(counted);
        var largest = sizes.max();
        return IsSound(largest.Number(), least) || SampleCheck.FirstOrNone(data, sizes.eq(largest), name) is not var (place, value)
            ? null
            : $"{place} is {FitAdvice.Text(value)}, {(Math.Abs(value) > 1 ? "" : "the largest there is and ")}far from 1";
    }

    // Torch's own threads wait busily after each operation, which the batches of a fit would feel.
    private static bool IsFar(Tensor data, double least)
    {
        if (data.dtype == ScalarType.Float32 && data.device_type == DeviceType.CPU && data.is_contiguous()
            && data.numel() <= int.MaxValue / sizeof(float))
        {
            return !IsSound(InputCheck.Largest(MemoryMarshal.Cast<byte, float>(data.bytes)), least);
        }
        using var scope = NewDisposeScope();
        return !IsSound(Math.Max(Math.Abs(data.max().Number()), Math.Abs(data.min().Number())), least);
    }

    private static bool IsSound(double largest, double least) => largest is 0 || (largest >= least && largest <= Largest);
}
