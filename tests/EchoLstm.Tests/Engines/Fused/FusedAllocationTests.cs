namespace EchoLstm.Tests.Engines.Fused;

/// <summary>A training step of any kernel allocates nothing: a fit of ten times as many batches asks the runtime for no more memory.</summary>
public sealed class FusedAllocationTests
{
    private const int Steps = 4;

    // Less than one small object in ten steps.
    private const long Allowed = 400;

    public static TheoryData<string> Kinds => [.. Stacks.Keys];

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Stacks => new()
    {
        ["masks and both directions"] = () =>
        [
            new Masking(), new Dropout(0.2), new Bidirectional(new Gru(3, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2)), new TimeDistributed(new Dropout(0.2)),
            new Lstm(5, returnSequences: true, goBackwards: true), new ActivationLayer(Activation.Softmax), new SimpleRnn(3), new Dense(2),
        ],
        ["words"] = () =>
        [
            new Embedding(9, 5), new Gru(4, resetAfter: false), new RepeatVector(2), new SimpleRnn(3, returnSequences: true), new Reshape(3, 2), new Flatten(), new Dense(2, Activation.Softmax),
        ],
        ["stateful"] = () => [new Lstm(4, returnSequences: true, stateful: true), new Gru(3, stateful: true), new Dense(2)],
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void More_batches_allocate_no_more(string kind)
    {
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        var words = kind == "words";
        model.Build(words ? [Steps] : [Steps, 3]);
        model.Compile(Loss.MeanSquaredError(), new Adam { ClipNorm = 1 }, Metric.MeanAbsoluteError());
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        _ = Allocated(model, words, 10);
        _ = Allocated(model, words, 100);
        var few = Allocated(model, words, 10);
        (Allocated(model, words, 100) - few).Should().BeLessThan(Allowed);
    }

    private static long Allocated(SequentialModel model, bool words, int samples)
    {
        using var x = words ? ones(samples, Steps, dtype: ScalarType.Int64) : ones(samples, Steps, 3);
        using var y = ones(samples, 2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Fit(x, y, batchSize: 1, shuffle: false, verbose: 0);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
