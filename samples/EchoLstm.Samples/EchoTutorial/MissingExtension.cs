using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples;

/// <summary>
/// The windows that begin before the sequence, which the tutorial drops, kept: what is missing is padded, and either masked, or left to
/// the model to be learned as it is. Then weights of 0 keep the missing steps out of the loss.
/// </summary>
internal static class MissingExtension
{
    // It divides the 25 windows that padding gives, as 7 does the 21 complete ones.
    private const int BatchSize = 5;
    private const int Steps = 5, Classes = 100;

    internal static void Run(Settings settings)
    {
        var seed = settings.Seed ?? 11;
        Comparison.Print(
            "Incomplete windows dropped, masked, or learned as they are",
            settings.Rounds ?? 1000,
            seed,
            "Each way echoes what was heard: masked steps are skipped and not counted, " +
            "and a model without a mask learns not to mind the padding, if weights of 0 keep it out of the loss.",
            Echoes(seed));
    }

    private static IEnumerable<Echo> Echoes(int seed)
    {
        yield return new Echo("dropped", EchoModels.SequenceEcho(batchSize: 7, seed: seed), 7, seed);
        yield return Padded("padded with -1, masked", seed, -1, isMasked: true);
        yield return Padded("padded with -1, not masked", seed, -1, isMasked: false);
        yield return Padded("padded with 0, not masked", seed, 0, isMasked: false);
    }

    private static Echo Padded(string name, int seed, float padding, bool isMasked)
    {
        nn.Module<Tensor, Tensor>[] masking = isMasked ? [new Masking(padding)] : [];
        var model = new SequentialModel([
            .. masking,
            new Lstm(20, returnSequences: true, stateful: true),
            new TimeDistributed(new Dense(Classes, Activation.Softmax))]) { Seed = seed };
        model.Build(new Shape(Steps, Classes), BatchSize);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());
        var source = new RandomSequence(seed);
        return new Echo(name, model, BatchSize, () =>
        {
            var sequence = OneHot.Encode(source.Next(length: 25, Classes), Classes);
            var frames = SupervisedFrames.ToPadded(sequence, Steps, Steps, padding);
            return new EchoRound(frames.X, frames.Y, Expected(frames), isMasked ? null : frames.TargetWeights());
        });
    }

    private static int[,] Expected(PaddedFrames frames)
    {
        var expected = OneHot.Decode(frames.Y);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!frames.TargetMask[i / Steps, i % Steps])
            {
                expected[i / Steps, i % Steps] = -1;
            }
        }
        return expected;
    }
}
