using EchoLstm.Inference;
using EchoLstm.Tests.Engines.Fused;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Inference;

/// <summary>Saved graphs without Torch: the fused engine's bits, by whole sequences and step by step.</summary>
public sealed class InferenceGraphTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Thorough.Or(50, 500))];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_graphs_have_the_fused_engines_bits(int seed)
    {
        using var random = new RandomGraph(seed);
        random.Model.Build();
        using var inference = random.Model.Saved();
        inference.InputNames.Should().Equal(random.Model.InputNames);
        inference.OutputNames.Should().Equal(random.Model.OutputNames);

        var made = inference.Run(random.Model.InputNames.Zip(random.X).ToDictionary(pair => pair.First, pair => Given(pair.Second)));

        foreach (var (name, expected) in random.Model.OutputNames.Zip(random.Model.Predict([.. random.X.Select(x => (TensorLike)x)])))
        {
            made[name].Shape.Should().Equal(expected.shape, random.Description);
            made[name].Values.Should().Equal(expected.data<float>().ToArray(), random.Description);
        }
    }

    [Fact]
    public void Lengths_are_those_of_their_input()
    {
        var (one, other) = (new Input(-1, 2) { Name = "one" }, new Input(-1, 3) { Name = "other" });
        using var model = new FunctionalModel([one, other], [new Subtract { Name = "difference" }.Apply(new Gru(4).Apply(one), new Lstm(4).Apply(other))]) { Seed = 1 };
        model.Build();
        using var inference = model.Saved();
        var (x, z) = (Numbers.Uniform(1, [2, 3, 2]), Numbers.Uniform(2, [2, 4, 3]));

        var made = inference.Run(new Dictionary<string, InferenceTensor>
        {
            ["one"] = Given(x),
            ["other"] = new([.. z.data<float>()], 2, 4, 3) { Lengths = [4, 1] },
        });

        made["difference"].Values.Should().Equal(model.Predict([x, z], lengths: [null, new[] { 4, 1 }])[0].data<float>().ToArray());
        model.Engine.Kind.Should().Be(EngineKind.Fused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_graph_whose_layers_all_step_streams_as_it_predicts(bool ends)
    {
        using var model = Stepwise(ends);
        using var inference = model.Saved();
        using var stream = model.OpenStream(2);
        using var alone = inference.OpenStream(2);
        var x = Numbers.Uniform(1, [2, 7, 3]);
        x[0, 2] = 0;
        x[1, 0] = 0;
        var middle = Array.Empty<byte>();
        List<float> rest = [];

        for (var t = 0; t < 7; t++)
        {
            var read = x.narrow(1, 0, t + 1).contiguous();
            var whole = model.Predict(read);
            var expected = (ends ? whole : whole[TensorIndex.Colon, t]).contiguous().data<float>().ToArray();
            float[] step = [.. x[TensorIndex.Colon, t].contiguous().data<float>()];

            stream.Step(step).Should().Equal(expected, "step {0}", t);
            alone.Step(step).Should().Equal(expected, "step {0}", t);
            middle = t == 3 ? alone.SaveState() : middle;
            rest.AddRange(t > 3 ? expected : []);
        }

        alone.Restore(middle);
        Enumerable.Range(4, 3).SelectMany(t => alone.Step([.. x[TensorIndex.Colon, t].contiguous().data<float>()])).Should().Equal(rest);
    }

    [Fact]
    public void What_can_not_step_is_told()
    {
        var x = new Input(-1, 3);
        var steps = new Lstm(3, returnSequences: true).Apply(x);
        var end = new Gru(3).Apply(steps);
        Refused(new FunctionalModel([x], [new Add().Apply(steps, end)]), "Add 'add_1' (Add) puts the steps of a sequence together with what is left at its end, so the model can't be run step by step. Call Predict with whole sequences.");
        Refused(new FunctionalModel([x], [new Concatenate(1).Apply(steps, x)]), "Concatenate 'concatenate_1' (Concatenate) puts whole sequences behind each other, so the model can't be run step by step. Call Predict with whole sequences.");
        Refused(new FunctionalModel([x], [new Conv1D(2, 2).Apply(x)]), "Conv1D 'conv1d_1' (Conv1D) looks at later steps too (with StepPadding.Causal it does not), so the model can't be run step by step. Call Predict with whole sequences.");

        static void Refused(FunctionalModel model, string message)
        {
            model.Build();
            Errors.Expect<InvalidOperationException>(() => model.OpenStream(), message);
        }
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        var (words, known) = (new Input(-1) { Name = "words" }, new Input(2) { Name = "known" });
        using var model = new FunctionalModel([words, known], [new Concatenate { Name = "both" }.Apply(new Lstm(3).Apply(new Embedding(4, 2).Apply(words)), known)]) { Seed = 1 };
        model.Build();
        using var inference = model.Saved();

        Errors.Expect<ArgumentException>(
            () => inference.Run(new Dictionary<string, InferenceTensor> { ["words"] = new([1], 1, 1) }),
            "The model has the inputs words, known, but inputs has nothing for 'known'. Give a tensor for each by its name. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => Run([1], [1, 1], [1, 2], [1, 2], "kown"),
            "The model has the inputs words, known, but inputs has 'kown'. Give a tensor for each by its name. (Parameter 'inputs')");
        Errors.Expect<ShapeMismatchException>(
            () => Run([1], [1, 1], [1, 2, 3, 4], [2, 2]),
            "The input 'known' has shape (1, 2) but received (2, 2). Give each input the same samples, of its shape.");
        Errors.Expect<ArgumentException>(() => Run([0.5f], [1, 1], [1, 2], [1, 2]), "'words'[0] is 0.5: the input is indices. Give whole numbers. (Parameter 'inputs')");
        Assert.Throws<ArgumentOutOfRangeException>(() => Run([4], [1, 1], [1, 2], [1, 2])).Message.Should().StartWith("words[0] is 4, but Embedding 'embedding_1' has 4 vectors: expected 0 to 3.");
        Assert.Throws<ArgumentException>(() => Run([3], [1, 1], [1, float.NaN], [1, 2])).Message.Should().StartWith("known[1] is NaN");
        Errors.Expect<InvalidOperationException>(
            () => inference.Predict(new float[2], new float[5]),
            "The model has the inputs words, known and the outputs both; plain numbers are for one of each. Call Run with a tensor for each input.");
        Errors.Expect<ShapeMismatchException>(
            () => new InferenceTensor(new float[3], 2, 2),
            "values has 3 numbers, which do not fill the shape (2, 2). Give axes of at least 1 whose product that is.");

        void Run(float[] indices, long[] shape, float[] numbers, long[] other, string name = "known") => inference.Run(
            new Dictionary<string, InferenceTensor> { ["words"] = new(indices, shape), [name] = new(numbers, other) });
    }

    private static FunctionalModel Stepwise(bool ends)
    {
        var x = new Input(-1, 3);
        var there = new Masking().Apply(x);
        var shared = new Dense(4, Activation.Tanh);
        var (steps, _) = new Lstm(4, returnSequences: true).ApplyWithState(there);
        var joined = new Concatenate().Apply(shared.Apply(steps), there, new Multiply().Apply(steps, shared.Apply(steps)));
        var inner = new SequentialModel(new Gru(4, returnSequences: true), new LayerNormalization());
        var last = new Average().Apply(inner.Apply(joined), shared.Apply(steps));
        var model = new FunctionalModel([x], [ends ? new Add().Apply(new Dense(2).Apply(new Gru(2).Apply(last)), new SimpleRnn(2).Apply(steps)) : last]) { Seed = 1 };
        model.Build();
        return model;
    }

    private static InferenceTensor Given(Tensor x) => new([.. x.to(ScalarType.Float32).data<float>()], x.shape);
}
