using EchoLstm.Kernels;

namespace EchoLstm.Tests.Kernels;

/// <summary>The kernels as a holder without Torch uses them: settings, arrays in Keras's layout, buffers of its own.</summary>
public sealed class KernelPlanTests
{
    private const int Samples = 3, Steps = 4, Features = 6;

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Stacks => new()
    {
        ["Lstm"] = () => [new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["no bias"] = () => [new Lstm(17, returnSequences: true, useBias: false), new Gru(9, useBias: false), new Dense(3, useBias: false)],
        ["Gru"] = () => [new Gru(5, returnSequences: true), new Gru(18, resetAfter: false), new Dense(50, Activation.Softmax)],
        ["SimpleRnn"] = () => [new SimpleRnn(5, goBackwards: true), new RepeatVector(3), new SimpleRnn(3, returnSequences: true), new Flatten()],
        ["Bidirectional"] = () => [new Bidirectional(new Gru(5, returnSequences: true)), new Bidirectional(new Lstm(7), MergeMode.Mul)],
        ["normalised"] = () => [new LayerNormalization(), new Lstm(5, returnSequences: true), new PRelu([1]), new LayerNormalization(center: false), new Dense(17, Activation.Gelu), new PRelu([2, 1]), new GlobalAveragePooling1D()],
        ["words"] = () => [new Embedding(Features, 5), new Lstm(5), new Dense(2)],
    };

    public static TheoryData<string> Kinds => [.. Stacks.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_in_Kerass_layout_give_the_models_bits_in_many_runs_at_once(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        var words = kind == "words";
        model.Build(words ? new Shape(null, Steps) : new Shape(null, null, Features));
        using var weights = HeldWeights.Of(model);
        var x = words
            ? tensor([.. Enumerable.Range(0, Samples * Steps).Select(i => i * 5L % Features)]).reshape(Samples, Steps)
            : Numbers.Uniform(2, [Samples, Steps, Features]);
        var expected = model.Predict(x).data<float>().ToArray();
        var inputs = words ? [.. x.data<long>().Select(index => (float)index)] : x.data<float>().ToArray();

        Parallel.For(0, 8, _ => weights.Run(inputs, Samples, Steps).Should().Equal(expected));
        weights.Run(inputs[..(inputs.Length / Samples)], 1, Steps).Should().Equal(expected[..(expected.Length / Samples)]);
    }

    [Fact]
    public void Steps_behind_a_samples_length_do_not_count()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(5, returnSequences: true), new Gru(4), new Dense(2)) { Seed = 1 };
        model.Build(new Shape(null, null, Features));
        using var weights = HeldWeights.Of(model);
        var x = Numbers.Uniform(2, [Samples, Steps, Features]);
        int[] lengths = [4, 1, 3];

        var outputs = weights.Run(x.data<float>().ToArray(), Samples, Steps, lengths);

        for (var i = 0; i < Samples; i++)
        {
            var alone = model.Predict(x.narrow(0, i, 1).narrow(1, 0, lengths[i]).contiguous()).data<float>().ToArray();
            outputs[(2 * i)..(2 * (i + 1))].Should().Equal(alone);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_unpacked_is_what_was_packed_in_either_layout(string kind)
    {
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        model.Build(kind == "words" ? new Shape(null, Steps) : new Shape(null, null, Features));
        using var weights = HeldWeights.Of(model);
        weights.ShouldSurviveEitherLayout();
    }
}
