using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace EchoLstm.Models;

/// <summary>
/// What <c>Fit</c> measures after each epoch (Keras's <c>validation_data</c>). A pair <c>(x, y)</c> or a triple <c>(x, y, sampleWeight)</c>
/// converts to it by itself.
/// </summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructor is the other way.")]
public sealed class ValidationData
{
    private const string Owner = "validationData";

    private readonly Func<IReadOnlyList<string>, IReadOnlyList<string>, GivenSamples>? _several;

    /// <summary>Inputs and targets to measure.</summary>
    /// <param name="x">The inputs, samples first.</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="sampleWeight">How much each counts, as in <c>Fit</c>. <value>null: 1</value></param>
    public ValidationData(TensorLike x, TensorLike y, TensorLike? sampleWeight = null) => (X, Y, SampleWeight) = (x, y, sampleWeight);

    /// <summary>The same for a model with several inputs or outputs, in their order.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="y">Targets for each output.</param>
    /// <param name="sampleWeight">How much each counts, for each output. <value>null: 1</value></param>
    [OverloadResolutionPriority(1)] // an array of TensorLike is a list
    public ValidationData(
        IReadOnlyList<TensorLike> x, IReadOnlyList<TensorLike> y, IReadOnlyList<TensorLike?>? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        _several = (_, _) => new GivenSamples(x, y, sampleWeight, null, null);
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="y">Targets for each output.</param>
    /// <param name="sampleWeight">How much each counts, for some outputs. <value>null: 1</value></param>
    public ValidationData(
        IReadOnlyDictionary<string, TensorLike> x,
        IReadOnlyDictionary<string, TensorLike> y,
        IReadOnlyDictionary<string, TensorLike>? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        _several = (inputs, outputs) => new GivenSamples(
            Model.InOrder(x, inputs, "validationData.X"),
            Model.InOrder(y, outputs, "validationData.Y"),
            Model.SomeInOrder(sampleWeight, outputs, "validationData.SampleWeight"),
            null,
            null);
    }

    /// <summary>The inputs, samples first; empty where there are several.</summary>
    public TensorLike X { get; }

    /// <summary>The targets; empty where there are several.</summary>
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

    /// <summary>The same for each of several inputs, by their order.</summary>
    /// <value>null: all</value>
    public IReadOnlyList<TensorLike?>? Masks { get; init; }

    internal GivenSamples GivenFor(IReadOnlyList<string> inputs, IReadOnlyList<string> outputs) => _several is null
        ? new(X, Y, SampleWeight, Mask, Lengths, owner: Owner)
        : _several(inputs, outputs) with { Masks = Masks, Owner = Owner };

    /// <summary>Inputs and targets.</summary>
    /// <param name="data">Both.</param>
    public static implicit operator ValidationData((TensorLike X, TensorLike Y) data) => new(data.X, data.Y);

    /// <summary>Inputs, targets and their weights.</summary>
    /// <param name="data">All three.</param>
    public static implicit operator ValidationData((TensorLike X, TensorLike Y, TensorLike SampleWeight) data) =>
        new(data.X, data.Y, data.SampleWeight);
}
