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

    internal ScaleAdvice(Loss loss, Layer model)
    {
        (_model, _looksAtInputs) = (model, model.ReadsScale);
        _looksAtTargets = loss is { TakesClassIndices: false, IsBuiltIn: true, Expects: null, Fused: not FusedLossKind.CosineSimilarity }
            && FitAdvice.Range(model) is (_, { High: double.PositiveInfinity });
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
        // Most data is sound, and then nothing is made of it.
        var (areTargetsFar, areInputsFar) = (_looksAtTargets && IsFar(targets, least), _looksAtInputs && IsFar(inputs, least));
        if (!areTargetsFar && !areInputsFar)
        {
            return [];
        }
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        mask = _model.FirstMask(inputs) is { } first ? StepMasks.Both(first, mask) : mask;
        List<string> warnings = [];
        if (areTargetsFar && CountedTargets.Of(_model, targets, weights, mask) is { } counted
            && Far(targets, counted, owner is null ? "y" : $"{owner}.Y", least) is { } ofTargets)
        {
            _looksAtTargets = false;
            warnings.Add($"{ofTargets}: weights begin for outputs near 1, so that the fit is long or never comes there. Scale the targets: "
                + $"var scaler = new StandardScaler().{Fitted(targets, "y")}; then give scaler.Transform(y), and read predictions with "
                + "scaler.InverseTransform.");
        }
        var given = areInputsFar && mask is not null ? CountedTargets.Over(mask, inputs) : null;
        if (areInputsFar && Far(inputs, given, owner is null ? "x" : $"{owner}.X", least) is { } ofInputs)
        {
            _looksAtInputs = false;
            warnings.Add($"{ofInputs}: gates and activations saturate far from it, or see nothing. Scale the inputs: var scaler = new "
                + $"StandardScaler().{Fitted(inputs, "x")}; then give scaler.Transform(x), here and to Predict.");
        }
        return warnings;
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
