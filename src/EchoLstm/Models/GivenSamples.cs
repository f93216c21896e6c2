namespace EchoLstm.Models;

/// <summary>Data as a caller gave it.</summary>
/// <param name="X">The inputs.</param>
/// <param name="Y">The targets; null where only predictions are asked for.</param>
/// <param name="SampleWeight">What counts how much; null: all the same.</param>
/// <param name="Mask">Which steps of the inputs are there; null: see the lengths.</param>
/// <param name="Lengths">How many first steps of each sample are there; null: all.</param>
/// <param name="AllowNonFinite">Whether the inputs may have NaN and infinities.</param>
/// <param name="Owner">Whose argument it is; null: the call's own.</param>
internal readonly record struct GivenSamples(
    TensorLike X,
    TensorLike? Y = null,
    TensorLike? SampleWeight = null,
    TensorLike? Mask = null,
    IReadOnlyList<int>? Lengths = null,
    bool AllowNonFinite = false,
    string? Owner = null)
{
    /// <summary>Whether steps were said to be missing.</summary>
    internal bool HasMask => Lengths is not null || Mask is { IsEmpty: false };

    /// <summary>What the caller calls an argument, e.g. <c>x</c> or <c>validationData.X</c>.</summary>
    internal string NameOf(string argument) => Owner is null ? argument : $"{Owner}.{char.ToUpperInvariant(argument[0])}{argument[1..]}";
}
