namespace EchoLstm.Models;

/// <summary>Data as a caller gave it, an array for each input and output of the model.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Targets">The targets; null where only predictions are asked for.</param>
/// <param name="Weights">What counts how much, for each output; null: all the same.</param>
/// <param name="Masks">Which steps of each input are there; null: see the lengths.</param>
/// <param name="Steps">How many first steps of each sample are there, for each input; null: all.</param>
/// <param name="AllowNonFinite">Whether the inputs may have NaN and infinities.</param>
/// <param name="Owner">Whose argument it is; null: the call's own.</param>
/// <param name="IsSingle">Whether the caller gave arrays themselves, not lists of them.</param>
internal readonly record struct GivenSamples(
    IReadOnlyList<TensorLike> Inputs,
    IReadOnlyList<TensorLike>? Targets,
    IReadOnlyList<TensorLike?>? Weights,
    IReadOnlyList<TensorLike?>? Masks,
    IReadOnlyList<IReadOnlyList<int>?>? Steps,
    bool AllowNonFinite = false,
    string? Owner = null,
    bool IsSingle = false)
{
    /// <summary>Of one input and one output.</summary>
    internal GivenSamples(
        TensorLike x,
        TensorLike? y = null,
        TensorLike? sampleWeight = null,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null,
        bool allowNonFinite = false,
        string? owner = null)
        : this(
            [x],
            y is { } targets ? [targets] : null,
            sampleWeight is null ? null : [sampleWeight],
            mask is null ? null : [mask],
            lengths is null ? null : [lengths],
            allowNonFinite,
            owner,
            IsSingle: true)
    {
    }

    internal bool HasMask => Enumerable.Range(0, Inputs.Count).Any(HasMaskOf);

    internal bool HasMaskOf(int input) => LengthsOf(input) is not null || MaskOf(input) is { IsEmpty: false };

    internal TensorLike? MaskOf(int input) => Masks is not null && input < Masks.Count ? Masks[input] : null;

    internal IReadOnlyList<int>? LengthsOf(int input) => Steps is not null && input < Steps.Count ? Steps[input] : null;

    internal TensorLike? WeightOf(int output) =>
        Weights is not null && output < Weights.Count && Weights[output] is { IsEmpty: false } one ? one : (TensorLike?)null;

    /// <summary>What the caller calls an argument, e.g. <c>x</c>, <c>validationData.X</c> or, of several, <c>x[1]</c>.</summary>
    internal string NameOf(string argument, int place = 0)
    {
        var name = Owner is null ? argument : $"{Owner}.{char.ToUpperInvariant(argument[0])}{argument[1..]}";
        return IsSingle ? name : string.Create(CultureInfo.InvariantCulture, $"{name}[{place}]");
    }
}
