using System.Diagnostics.CodeAnalysis;

namespace EchoLstm.Models;

/// <summary>
/// What <c>Fit</c> measures after each epoch (Keras's <c>validation_data</c>). A pair <c>(x, y)</c> or a triple <c>(x, y, sampleWeight)</c>
/// converts to it by itself.
/// </summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructor is the other way.")]
public sealed class ValidationData
{
    /// <summary>Inputs and targets to measure.</summary>
    /// <param name="x">The inputs, samples first.</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="sampleWeight">How much each counts, as in <c>Fit</c>. <value>null: 1</value></param>
    public ValidationData(TensorLike x, TensorLike y, TensorLike? sampleWeight = null) => (X, Y, SampleWeight) = (x, y, sampleWeight);

    /// <summary>The inputs, samples first.</summary>
    public TensorLike X { get; }

    /// <summary>The targets.</summary>
    public TensorLike Y { get; }

    /// <summary>How much each sample, step or number counts in the loss.</summary>
    /// <value>null: 1</value>
    public TensorLike? SampleWeight { get; }

    /// <summary>Which time steps of the inputs are there, as in <c>Fit</c>.</summary>
    /// <value>null: all</value>
    public TensorLike? Mask { get; init; }

    /// <summary>How many of its first time steps each sample has; the others are masked.</summary>
    /// <value>null: all</value>
    public IReadOnlyList<int>? Lengths { get; init; }

    internal GivenSamples Given => new(X, Y, SampleWeight, Mask, Lengths, Owner: "validationData");

    /// <summary>Inputs and targets.</summary>
    /// <param name="data">Both.</param>
    public static implicit operator ValidationData((TensorLike X, TensorLike Y) data) => new(data.X, data.Y);

    /// <summary>Inputs, targets and their weights.</summary>
    /// <param name="data">All three.</param>
    public static implicit operator ValidationData((TensorLike X, TensorLike Y, TensorLike SampleWeight) data) =>
        new(data.X, data.Y, data.SampleWeight);
}
