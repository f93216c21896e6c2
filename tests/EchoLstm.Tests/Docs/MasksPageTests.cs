using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/masks.md.</summary>
public class MasksPageTests() : PageProgram("docs/masks.md")
{
    [Fact]
    public void Padded_sequences_are_masked_by_value()
    {
        #region
        float[][,] sequences =
        [
            new float[,] { { 0.1f }, { 0.2f }, { 0.3f } },
            new float[,] { { 0.5f } },
        ];
        var x = SequencePadding.PadSequences(sequences, padding: PaddingSide.Post, value: -1);     // (2, 3, 1)

        using var model = new SequentialModel(
            new Masking(-1),                            // steps whose features all are -1 are missing
            new Lstm(4, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(-1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        var y = SequencePadding.PadSequences(sequences, padding: PaddingSide.Post, value: 99);     // what padding holds does not count
        var z = SequencePadding.PadSequences(sequences, padding: PaddingSide.Post, value: -99);
        Console.WriteLine($"the same loss: {model.Evaluate(x, y)["loss"] == model.Evaluate(x, z)["loss"]}");
        #endregion
    }

    [Fact]
    public void Words_are_masked_by_zero()
    {
        #region
        int[][] sentences = [[3, 1, 4], [1, 5]];
        var words = SequencePadding.PadSequences<int>(sentences);    // in front, as Keras: 3 1 4 | 0 1 5

        using var model = new SequentialModel(
            new Embedding(inputDim: 6, outputDim: 8, maskZero: true),
            new Lstm(8),
            new Dense(2, Activation.Softmax)) { Seed = 1 };
        model.Build(-1);
        var classes = model.Predict<float[,]>(words);
        Console.WriteLine($"{classes.GetLength(0)} sentences, {classes.GetLength(1)} classes");
        #endregion
    }

    [Fact]
    public void Masks_and_lengths_are_given()
    {
        #region
        float[][,] sequences =
        [
            new float[,] { { 0.1f }, { 0.2f }, { 0.3f } },
            new float[,] { { 0.5f } },
        ];
        int[] lengths = [3, 1];
        var x = SequencePadding.PadSequences(sequences, padding: PaddingSide.Post);     // zeros, which are values here as well

        using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1 };
        model.Build(-1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(x, new float[,] { { 0.4f }, { 0.6f } }, epochs: 5, verbose: 0, lengths: lengths);

        var both = model.Predict<float[,]>(x, mask: SequencePadding.Mask(lengths, padding: PaddingSide.Post));
        var alone = model.Predict<float[,]>(new float[,,] { { { 0.5f } } });
        Console.WriteLine($"the padding does not count: {both[1, 0] == alone[0, 0]}");
        #endregion
    }

    [Fact]
    public void Series_of_series_have_masks_of_inner_steps()
    {
        #region
        using var model = new SequentialModel(
            new TimeDistributed(new Embedding(inputDim: 30, outputDim: 8, maskZero: true)),    // letters; 0 is none
            new TimeDistributed(new Lstm(12)),                                                 // a vector for each word
            new Lstm(16),                                                                      // one for the sentence, without empty words
            new Dense(2, Activation.Softmax)) { Seed = 1 };
        model.Build(-1, -1);
        var padded = model.Predict<float[,]>(new[,,] { { { 4, 2, 0, 0 }, { 7, 0, 0, 0 }, { 0, 0, 0, 0 } } });
        var exact = model.Predict<float[,]>(new[,,] { { { 4, 2 }, { 7, 0 } } });
        Console.WriteLine($"the same classes: {padded[0, 0] == exact[0, 0]}");
        #endregion
    }

    [Fact]
    public void Steps_of_the_target_alone_are_weighted()
    {
        #region
        var frames = SupervisedFrames.ToPadded([0.1f, 0.2f, 0.3f, 0.4f], nIn: 3, nOut: 3);    // 4 windows of 3 steps, padded with -1
        using var model = new SequentialModel(
            new Masking(-1),
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(frames.X, frames.Y, epochs: 5, verbose: 0, sampleWeight: frames.TargetWeights());    // 1 counts, 0 does not
        Console.WriteLine($"{frames.X.GetLength(0)} windows, engine {model.Engine.Kind}");
        #endregion
    }
}
