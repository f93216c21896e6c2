using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// The models of the tutorials, built and compiled with their loss and optimiser: ready for Fit, Summary and Predict. The caller disposes
/// them.
/// </summary>
public static class EchoModels
{
    /// <summary>
    /// One value in, one value out: <c>Lstm(units)</c>, <c>Dense(1)</c> on (samples, 1, 1); 146 parameters for 5 units.
    /// <code>[x] → Lstm → Dense → [y]</code>
    /// </summary>
    /// <param name="length">The length of the sequence that it shall learn, one number a sample; it sets the default of units.
    /// <value>5</value></param>
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
    /// A sequence in, one vector out, without TimeDistributed: <c>Lstm(units)</c>, <c>Dense(length)</c> on (samples, length, 1); 170
    /// parameters for length 5.
    /// <code>[x1 … xn] → Lstm → Dense → [y1 … yn]</code>
    /// </summary>
    /// <param name="length">The number of time steps of the input and of features of the output. <value>5</value></param>
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
    /// A sequence in, a sequence out, step by step: <c>Lstm(units, returnSequences)</c>, <c>TimeDistributed(Dense(1))</c> on (samples,
    /// length, 1); 146 parameters for 5 units.
    /// <code>
    /// x1 → Lstm → Dense → y1
    ///       ↓
    /// x2 → Lstm → Dense → y2 …
    /// </code>
    /// </summary>
    /// <param name="length">The number of time steps. <value>5</value></param>
    /// <param name="units">The Lstm's units; null: length.</param>
    /// <param name="seed">The seed of its weights and of shuffling; null: another one each time.</param>
    /// <returns>The model, compiled with mean squared error and Adam.</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or units is below 1.</exception>
    public static SequentialModel ManyToMany(int length = 5, int? units = null, int? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Regression(seed, [length, 1], new Lstm(units ?? length, returnSequences: true), new TimeDistributed(new Dense(1)));
    }

    /// <summary>
    /// One vector in, a sequence out: <c>RepeatVector(length)</c>, <c>Lstm(units, returnSequences)</c>, <c>TimeDistributed(Dense(1))</c> on
    /// (samples, 1).
    /// <code>
    /// x → Lstm → Dense → y1
    ///       ↓
    /// x → Lstm → Dense → y2 …
    /// </code>
    /// </summary>
    /// <param name="length">The number of time steps of the output. <value>5</value></param>
    /// <param name="units">The Lstm's units; null: length.</param>
    /// <param name="seed">The seed of its weights and of shuffling; null: another one each time.</param>
    /// <returns>The model, compiled with mean squared error and Adam.</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or units is below 1.</exception>
    public static SequentialModel OneToMany(int length = 5, int? units = null, int? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Regression(
            seed, [1], new RepeatVector(length), new Lstm(units ?? length, returnSequences: true), new TimeDistributed(new Dense(1)));
    }

    /// <summary>
    /// The echo of a whole sequence of one-hot integers: <c>Lstm(units, returnSequences, stateful)</c>, <c>TimeDistributed(Dense(classes,
    /// softmax))</c>; 11,780 parameters by default.
    /// </summary>
    /// <param name="batchSize">The number of samples of each batch, fixed as the model is stateful; it must divide the number of samples.
    /// <value>7</value></param>
    /// <param name="steps">The number of time steps. <value>5</value></param>
    /// <param name="classes">The number of different integers. <value>100</value></param>
    /// <param name="units">The Lstm's units. <value>20</value></param>
    /// <param name="seed">The seed of its weights; null: another one each time.</param>
    /// <returns>The model, compiled with categorical cross-entropy, Adam and accuracy. Fit it without shuffling and reset its states after
    /// each sequence.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1.</exception>
    public static SequentialModel SequenceEcho(int batchSize = 7, int steps = 5, int classes = 100, int units = 20, int? seed = null) =>
        Classification(
            seed,
            Sizes(batchSize, steps, classes),
            new Lstm(units, returnSequences: true, stateful: true),
            new TimeDistributed(new Dense(classes, Activation.Softmax)));

    /// <summary>
    /// The echo of the first part of a sequence, as encoder and decoder: <c>Lstm(units, stateful)</c>, <c>RepeatVector(stepsOut)</c>,
    /// <c>Lstm(units, returnSequences, stateful)</c>, <c>TimeDistributed(Dense(classes, softmax))</c>; 346,300 parameters by default. Input
    /// and output may have any lengths.
    /// </summary>
    /// <param name="batchSize">The number of samples of each batch, fixed as the model is stateful; it must divide the number of samples.
    /// <value>21</value></param>
    /// <param name="stepsIn">The number of time steps of the input. <value>5</value></param>
    /// <param name="stepsOut">The number of time steps of the output. <value>2</value></param>
    /// <param name="classes">The number of different integers. <value>100</value></param>
    /// <param name="units">The units of encoder and decoder. <value>150</value></param>
    /// <param name="seed">The seed of its weights; null: another one each time.</param>
    /// <returns>The model, compiled with categorical cross-entropy, Adam and accuracy. Fit it without shuffling and reset its states after
    /// each sequence.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1.</exception>
    public static SequentialModel EncoderDecoder(
        int batchSize = 21, int stepsIn = 5, int stepsOut = 2, int classes = 100, int units = 150, int? seed = null) =>
        Classification(
            seed,
            Sizes(batchSize, stepsIn, classes),
            new Lstm(units, stateful: true),
            new RepeatVector(stepsOut),
            new Lstm(units, returnSequences: true, stateful: true),
            new TimeDistributed(new Dense(classes, Activation.Softmax)));

    /// <summary>
    /// Sequences of symbols into sequences of others: an encoder <c>Lstm(units)</c> whose states start a decoder <c>Lstm(units,
    /// returnSequences)</c>, each behind an <c>Embedding</c>, then <c>Dense(outputs + 1, softmax)</c>.
    /// </summary>
    /// <param name="inputs">How many symbols sources have, 1 to inputs; 0 is padding.</param>
    /// <param name="outputs">How many symbols targets have, 1 to outputs, those that say start and stop among them; 0 is padding.</param>
    /// <param name="units">The units of encoder, decoder and embeddings.</param>
    /// <param name="attention">Whether the decoder looks at every step of the encoder (<see cref="AdditiveAttention"/>).
    /// <value>false</value></param>
    /// <param name="seed">The seed of its weights; null: another one each time.</param>
    /// <returns>The model, compiled with sparse categorical cross-entropy, Adam and accuracy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static Seq2Seq Seq2Seq(int inputs, int outputs, int units, bool attention = false, int? seed = null) =>
        Models.Seq2Seq.Create(inputs, outputs, units, attention, seed);

    private static (int Batch, Shape Sample) Sizes(int batchSize, int steps, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return (batchSize, new Shape(steps, classes));
    }

    private static SequentialModel Classification(int? seed, (int Batch, Shape Sample) sizes, params nn.Module<Tensor, Tensor>[] layers)
    {
        var model = new SequentialModel(layers) { Seed = seed };
        model.Build(sizes.Sample, sizes.Batch);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return model;
    }

    private static SequentialModel Regression(int? seed, long[] inputShape, params nn.Module<Tensor, Tensor>[] layers)
    {
        var model = new SequentialModel(layers) { Seed = seed };
        model.Build(inputShape);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }
}
