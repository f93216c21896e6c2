using System.CommandLine;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.Rounds;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Extensions;

/// <summary>
/// The windows that begin before the sequence, which the tutorial drops, kept: what is missing is padded, and either masked, or left to the model to be learned as
/// it is. Then weights of 0 keep the missing steps out of the loss.
/// </summary>
internal static class MissingExtension
{
    private static readonly EchoProblem Problem = new();

    // It divides the 25 windows that padding gives, as 7 does the 21 complete ones.
    private const int BatchSize = 5;

    internal static Command Create() => ComparisonCommand.Create(
        "missing",
        "Incomplete windows dropped, masked, or learned as they are",
        "seconds",
        rounds: 1000,
        "Each way echoes what was heard: masked steps are skipped and not counted, and a model without a mask learns not to mind the padding, if weights of 0 keep it out of the loss.",
        Contenders);

    private static IEnumerable<Contender> Contenders(int seed)
    {
        yield return Contender.OneHot("dropped", EchoModels.SequenceEcho(batchSize: 7, seed: seed), 7, Problem, seed);
        yield return Padded("padded with -1, masked", seed, -1, isMasked: true);
        yield return Padded("padded with -1, not masked", seed, -1, isMasked: false);
        yield return Padded("padded with 0, not masked", seed, 0, isMasked: false);
    }

    private static Contender Padded(string name, int seed, float padding, bool isMasked)
    {
        nn.Module<Tensor, Tensor>[] masking = isMasked ? [new Masking(padding)] : [];
        var model = new SequentialModel([.. masking, new Lstm(20, returnSequences: true, stateful: true), new TimeDistributed(new Dense(Problem.Classes, Activation.Softmax))]) { Seed = seed };
        model.Build(new Shape(Problem.StepsIn, Problem.Classes), BatchSize);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());
        var source = new RandomSequence(seed);
        return Contender.OneHot(name, model, Problem.Length, BatchSize, () => Next(source, padding, isMasked));
    }

    private static Round Next(RandomSequence source, float padding, bool isMasked)
    {
        var sequence = source.Next(Problem.Length, Problem.Classes);
        var frames = SupervisedFrames.ToPadded(OneHot.Encode(sequence, Problem.Classes), Problem.StepsIn, Problem.StepsOut, padding);
        return new Round(frames.X, frames.Y, Expected(frames), isMasked ? null : frames.TargetWeights());
    }

    private static int[,] Expected(PaddedFrames frames)
    {
        var expected = OneHot.Decode(frames.Y);
        for (var window = 0; window < expected.GetLength(0); window++)
        {
            for (var step = 0; step < expected.GetLength(1); step++)
            {
                if (!frames.TargetMask[window, step])
                {
                    expected[window, step] = -1;
                }
            }
        }
        return expected;
    }
}
