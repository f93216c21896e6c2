using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>
/// The models of the tutorials, built and compiled with their loss and optimiser: ready for Fit, Summary and Predict. The caller disposes them.
/// </summary>
public static class EchoModels
{
    /// <summary>
    /// One value in, one value out: <c>Lstm(units)</c>, <c>Dense(1)</c> on (samples, 1, 1); 146 parameters for 5 units.
    /// <code>[x] → Lstm → Dense → [y]</code>
    /// </summary>
    /// <param name="length">The length of the sequence that it shall learn, one number a sample; it sets the default of units.</param>
    /// <param name="units">The Lstm's units; null: as many as the sequence is long.</param>
    /// <param name="seed">The seed of its weights and of shuffling; null: another one each time.</param>
    /// <returns>The model, compiled with mean squared error and Adam.</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or units is below 1.</exception>
    public static SequentialModel OneToOne(int length = 5, int? units = null, int? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Regression(seed, [1, 1], new Lstm(units ?? length), new Dense(1));
    }

    /// <summary>
    /// A sequence in, one vector out, without TimeDistributed: <c>Lstm(units)</c>, <c>Dense(length)</c> on (samples, length, 1); 170 parameters for length 5.
    /// <code>[x1 … xn] → Lstm → Dense → [y1 … yn]</code>
    /// </summary>
    /// <param name="length">The number of time steps of the input and of features of the output.</param>
    /// <param name="units">The Lstm's units; null: length.</param>
    /// <param name="seed">The seed of its weights and of shuffling; null: another one each time.</param>
    /// <returns>The model, compiled with mean squared error and Adam.</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or units is below 1.</exception>
    public static SequentialModel ManyToOne(int length = 5, int? units = null, int? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Regression(seed, [length, 1], new Lstm(units ?? length), new Dense(length));
    }

    /// <summary>
    /// A sequence in, a sequence out, step by step: <c>Lstm(units, returnSequences)</c>, <c>TimeDistributed(Dense(1))</c> on (samples, length, 1); 146 parameters for 5 units.
    /// <code>
    /// x1 → Lstm → Dense → y1
    ///       ↓
    /// x2 → Lstm → Dense → y2 …
    /// </code>
    /// </summary>
    /// <param name="length">The number of time steps.</param>
    /// <param name="units">The Lstm's units; null: length.</param>
    /// <param name="seed">The seed of its weights and of shuffling; null: another one each time.</param>
    /// <returns>The model, compiled with mean squared error and Adam.</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or units is below 1.</exception>
    public static SequentialModel ManyToMany(int length = 5, int? units = null, int? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Regression(seed, [length, 1], new Lstm(units ?? length, returnSequences: true), new TimeDistributed(new Dense(1)));
    }

    private static SequentialModel Regression(int? seed, long[] inputShape, params nn.Module<Tensor, Tensor>[] layers)
    {
        var model = new SequentialModel(layers) { Seed = seed };
        model.Build(inputShape);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }
}
