using EchoLstm.Inference;
using EchoLstm.Tests.Inference;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

/// <summary>Streams of graphs with several inputs and outputs: each step gives what Predict gives for the steps so far, with and without Torch.</summary>
public sealed class GraphStreamTests : IDisposable
{
    private const int Batch = 2;
    private const int Steps = 6;
    private const float Missing = -2;

    // Torch sums the product of a row in another order where there are fewer rows.
    private const double RoundingOfTorch = 2e-6;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int, EngineKind> Seeds
    {
        get
        {
            var data = new TheoryData<int, EngineKind>();
            for (var seed = 1; seed <= Thorough.Or(30, 500); seed++)
            {
                data.Add(seed, EngineKind.Fused);
                data.Add(seed, EngineKind.Torch);
            }
            return data;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Two_series_and_a_table_in_steps_an_end_and_a_state_out(EngineKind engine)
    {
        using var model = Readme(engine);
        Tensor[] x = [Numbers.Uniform(1, [Batch, Steps, 3]), Numbers.Uniform(2, [Batch, Steps, 2]), Numbers.Uniform(3, [Batch, 4])];

        CheckStream(model, x, "");

        using var stream = model.OpenStream(Batch);
        stream.Step([.. x.Select((one, i) => (TensorLike)Step(one, 0, i < 2))]).Select(output => Shape.Of(output).ToString()).Should().Equal("(2, 2)", "(2, 1)", "(2, 4)", "(2, 4)");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_graphs_whose_nodes_all_step(int seed, EngineKind engine)
    {
        var (model, x, text) = Random(seed, engine);
        using (model)
        {
            CheckStream(model, x, text);
        }
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_graph_in_a_sequence_and_in_a_graph_steps_as_its_nodes(EngineKind engine)
    {
        var inner = new Input(-1, 3);
        var skip = new FunctionalModel([inner], [new Add().Apply(new Lstm(3, returnSequences: true).Apply(inner), inner)]);
        using var sequence = new SequentialModel(new Dense(3), new SequentialModel(skip, new Gru(4, returnSequences: true)), new Dense(2)) { Seed = 1, RequestedEngine = engine };
        sequence.Build(-1, 2);
        CheckStream(sequence, [Numbers.Uniform(1, [Batch, Steps, 2])], "a sequence");

        var (one, other) = (new Input(-1, 2), new Input(-1, 2));
        var both = new Lstm(2, returnSequences: true);
        var twoFold = new FunctionalModel([one, other], [new Subtract().Apply(both.Apply(one), both.Apply(other)), new Gru(3).Apply(other)]);
        var (a, b) = (new Input(-1, 2), new Input(-1, 2));
        var made = twoFold.ApplyMany(a, new Dense(2).Apply(b));
        using var graph = new FunctionalModel([a, b], [new Dense(2).Apply(made[0]), made[1]]) { Seed = 1, RequestedEngine = engine };
        graph.Build();
        CheckStream(graph, [Numbers.Uniform(2, [Batch, Steps, 2]), Numbers.Uniform(3, [Batch, Steps, 2])], "a graph");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Indices_beside_a_series_that_is_built_for_a_number_of_steps(EngineKind engine)
    {
        var (words, series) = (new Input(Steps) { Name = "words" }, new Input(Steps, 2) { Name = "series" });
        var read = new Concatenate().Apply(new Embedding(5, 3, maskZero: true).Apply(words), new Masking(Missing).Apply(series));
        using var model = new FunctionalModel([words, series], [new Lstm(4, returnSequences: true).Apply(read), new Gru(3).Apply(read)]) { Seed = 1, RequestedEngine = engine };
        model.Build();
        var x = Numbers.Uniform(1, [Batch, Steps, 2]);
        x[0, 2] = Missing;
        x[1, 4] = Missing;
        CheckStream(model, [tensor(new long[,] { { 1, 2, 0, 3, 4, 0 }, { 0, 1, 1, 4, 0, 2 } }), x], "");
    }

    [Fact]
    public void What_does_not_fit_a_step_is_told_and_changes_nothing()
    {
        using var model = Readme(EngineKind.Fused);
        using var stream = model.OpenStream(Batch);
        using var inference = model.Saved();
        using var alone = inference.OpenStream(Batch);
        float[,] past = new float[Batch, 3], known = new float[Batch, 2], table = new float[Batch, 4];
        InferenceTensor Given(float[,] values) => new([.. values.Cast<float>()], Batch, values.GetLength(1));
        Dictionary<string, InferenceTensor> Named(string name, InferenceTensor? tensor)
        {
            var all = new Dictionary<string, InferenceTensor> { ["past"] = Given(past), ["known"] = Given(known), ["table"] = Given(table) };
            all.Remove(name);
            if (tensor is not null)
            {
                all[name] = tensor;
            }
            return all;
        }
        const string Names = "the inputs past, known, table and the outputs steps, end, gru, gru_1";

        Errors.Expect<InvalidOperationException>(() => stream.Step(new float[6]), $"FunctionalModel 'functional' has {Names}. Call Step with an array for each input, or by their names.");
        Errors.Expect<InvalidOperationException>(() => stream.Step(zeros(Batch, 3)), $"FunctionalModel 'functional' has {Names}. Call Step with an array for each input, or by their names.");
        Errors.Expect<InvalidOperationException>(() => alone.Step(new float[6]), $"The model has {Names}; plain numbers are for one of each. Call Step with a tensor for each input.");
        Errors.Expect<ArgumentException>(
            () => stream.Step([past, known]), "The model has 3 inputs, past, known, table, but inputs has 2. Give a list of one for each, in that order, or a dictionary by these names. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => stream.Step(new Dictionary<string, TensorLike> { ["past"] = past, ["known"] = known }), "inputs has nothing for 'table'; the model has past, known, table. Give each its own. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => alone.Step(Named("table", null)), "The model has the inputs past, known, table, but inputs has nothing for 'table'. Give a tensor for each by its name. (Parameter 'inputs')");
        Errors.Expect<ShapeMismatchException>(
            () => stream.Step([past, new float[Batch, 1, 2], table]),
            "A stream takes one step of each sequence: the input 'known' is expected (2, 2), that is (batch, features), but received (2, 1, 2). Give the steps one after the other.");
        Errors.Expect<ShapeMismatchException>(
            () => stream.Step([past, known, new float[1, 4]]),
            "A stream takes one step of each sequence: the input 'table' is expected (2, 4), that is (batch, features), but received (1, 4). It has no steps: give it whole at each step.");
        Errors.Expect<ShapeMismatchException>(
            () => alone.Step(Named("known", new InferenceTensor(new float[4], Batch, 1, 2))),
            "A stream takes one step of each sequence: expected (2, 2) for the input 'known' but received (2, 1, 2). Give the steps one after the other.");
        Errors.Expect<ArgumentException>(() => alone.Step(Named("known", new InferenceTensor(new float[4], Batch, 2) { Lengths = [1, 1] })), "'known' has lengths, but a stream reads one step at a time. Leave them out. (Parameter 'inputs')");
        Assert.Throws<ArgumentException>(() => stream.Step([past, new[,] { { 0, float.NaN }, { 0, 0 } }, table])).Message.Should().StartWith("inputs[1][0, 1] is NaN");
        Assert.Throws<ArgumentException>(() => alone.Step(Named("known", Given(new[,] { { 0, float.NaN }, { 0, 0 } })))).Message.Should().StartWith("known[1] is NaN");

        (stream.StepsRead, alone.StepsRead).Should().Be((0, 0));
        stream.Step([past, known, table])[0].data<float>().Should().Equal(model.Predict([new float[Batch, 1, 3], new float[Batch, 1, 2], table])[0].data<float>());
    }

    [Fact]
    public void What_can_not_step_is_told()
    {
        var (x, table) = (new Input(-1, 3), new Input(3));
        var (_, state) = new Lstm(3).ApplyWithState(x);
        Refused(new FunctionalModel([x], [new Lstm(3, returnSequences: true).ApplyWithState(x, state).Output]), "Lstm 'lstm_2' (LSTM) puts the steps of a sequence together with what is left at its end");
        Refused(new FunctionalModel([x, table], [new Gru(3, returnSequences: true).ApplyWithState(x, [new Dense(3).Apply(table)]).Output]), "Gru 'gru_1' (GRU) puts the steps of a sequence together with what has none");
        Refused(new FunctionalModel([x, table], [new Bidirectional(new Lstm(2, returnSequences: true)).Apply(x), new Dense(1).Apply(table)]), "Bidirectional 'bidirectional_1' (Bidirectional) needs the whole sequence at once");
        using var model = new FunctionalModel([table], [new Dense(1).Apply(table), new Dense(2).Apply(table)]);
        Errors.Expect<InvalidOperationException>(() => model.OpenStream(), "A stream reads the time steps of (samples, time steps, features), but the model takes (None, 3). Call Predict instead.");

        static void Refused(FunctionalModel model, string message)
        {
            using (model)
            {
                Errors.Expect<InvalidOperationException>(() => model.OpenStream(), $"{message}, so the model can't be run step by step. Call Predict with whole sequences.");
            }
        }
    }

    private static FunctionalModel Readme(EngineKind engine)
    {
        var (past, known, table) = (new Input(-1, 3) { Name = "past" }, new Input(-1, 2) { Name = "known" }, new Input(4) { Name = "table" });
        var shared = new Lstm(5, returnSequences: true);
        var one = shared.Apply(past);
        var other = new SimpleRnn(5, returnSequences: true).Apply(shared.Apply(new Dense(3).Apply(known)));
        var (end, state) = new Gru(4) { Name = "gru" }.ApplyWithState(new Maximum().Apply(one, other));
        var model = new FunctionalModel(
            [past, known, table],
            [
                new TimeDistributed(new Dense(2)) { Name = "steps" }.Apply(new Concatenate().Apply(one, other)),
                new Dense(1) { Name = "end" }.Apply(new Concatenate().Apply(end, new Dense(2).Apply(table))),
                end, .. state,
            ]) { Seed = 1, RequestedEngine = engine };
        model.Build();
        return model;
    }

    private static (FunctionalModel Model, Tensor[] X, string Text) Random(int seed, EngineKind engine)
    {
        var random = new Random(seed);
        List<Input> inputs = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new Input(-1, random.Next(1, 4)))];
        List<Node> steps = [.. inputs.Select(input => random.Next(4) == 0 ? new Masking(Missing).Apply(input) : input)];
        List<Node> ends = [];
        var shared = new Dictionary<long, Layer>();
        Node Any() => steps[random.Next(steps.Count)];
        for (var i = random.Next(2, 9); i > 0; i--)
        {
            var (x, units) = (Any(), random.Next(1, 9));
            switch (random.Next(7))
            {
                case 0:
                    var (made, state) = new Lstm(units, returnSequences: true).ApplyWithState(x);
                    steps.Add(made);
                    ends.AddRange(state);
                    break;
                case 1:
                    steps.Add(new Gru(units, returnSequences: true).Apply(x));
                    break;
                case 2:
                    if (!shared.TryGetValue(x.Shape[2]!.Value, out var layer))
                    {
                        shared[x.Shape[2]!.Value] = layer = new SimpleRnn(units, returnSequences: true);
                    }
                    steps.Add(layer.Apply(x));
                    break;
                case 3:
                    steps.Add(new Dense(units, Activation.Tanh).Apply(x));
                    break;
                case 4:
                    var alike = steps.FindAll(other => other.Shape[2] == x.Shape[2]);
                    var second = alike[random.Next(alike.Count)];
                    steps.Add(random.Next(3) switch { 0 => new Add().Apply(x, second), 1 => new Multiply().Apply(x, second), _ => new Average().Apply(x, second) });
                    break;
                case 5:
                    steps.Add(new Concatenate().Apply(x, Any(), Any()));
                    break;
                default:
                    ends.Add(new Lstm(units).Apply(x));
                    break;
            }
        }
        // Every input leads somewhere.
        var last = inputs.Count == 1 ? new Dense(2).Apply(steps[^1]) : new Dense(2).Apply(new Concatenate().Apply([.. inputs, steps[^1]]));
        List<Node> outputs = [last, .. ends.Take(2)];
        if (inputs.Count == 1 && steps[^1] is Input)
        {
            outputs = [last];
        }
        var model = new FunctionalModel(inputs, [.. outputs.Distinct()]) { Seed = seed, RequestedEngine = engine };
        model.Build();
        var data = inputs.Select((input, place) =>
        {
            var x = Numbers.Uniform((10 * seed) + place, [Batch, Steps, input.Shape[2]!.Value]);
            for (var t = 0; t < Steps; t++)
            {
                if (random.Next(4) == 0)
                {
                    x[random.Next(Batch), t] = Missing;
                }
            }
            return x;
        });
        return (model, [.. data], $"seed {seed}: {string.Join(", ", model.Graph.Calls.Select(call => $"{call.Layer.Name}({string.Join(", ", call.Inputs)})"))}");
    }

    private static void CheckStream(Model model, Tensor[] x, string text)
    {
        using var stream = model.OpenStream(Batch);
        using var inference = model.Saved();
        using var alone = inference.OpenStream(Batch);
        var (isTorch, hasSteps) = (model.RequestedEngine == EngineKind.Torch, x.Select((one, i) => one.dim() > 2 || model.IndexReaderOf(i) is not null).ToArray());
        var isFixed = model.InputShapes[0][1] is not null;
        var streamed = FlatNetwork.CallsOf(model.Settings, model.InputShapes).Streamed();
        StreamState? kept = null;
        byte[] bytes = [];
        for (var round = 0; round < 2; round++)
        {
            for (var t = round == 0 ? 0 : 3; t < Steps; t++)
            {
                if (t == 3 && round == 0)
                {
                    (kept, bytes) = (stream.SaveState(), alone.SaveState());
                }
                Tensor[] given = [.. x.Select((one, i) => Step(one, t, hasSteps[i]))];
                var made = t % 2 == 0 ? stream.Step([.. given.Select(one => (TensorLike)one)])
                    : ByName(stream, model, given);
                var without = alone.Step(model.InputNames.Zip(given).ToDictionary(
                    pair => pair.First, pair => new InferenceTensor([.. pair.Second.to(ScalarType.Float32).contiguous().data<float>()], pair.Second.shape)));
                var read = isFixed ? Steps : t + 1;
                var whole = model.Predict([.. x.Select((one, i) => (TensorLike)(hasSteps[i] ? one.narrow(1, 0, read).contiguous() : one))], batchSize: Batch);
                for (var i = 0; i < made.Count; i++)
                {
                    if (streamed.Ends[i] && t + 1 < read)
                    {
                        continue; // the whole has another end
                    }
                    var expected = streamed.Ends[i] ? whole[i] : whole[i].select(1, t);
                    made[i].shape.Should().Equal(expected.shape, text);
                    var (values, wanted) = (made[i].Values(), expected.Values());
                    for (var k = 0; k < wanted.Length; k++)
                    {
                        Math.Abs(values[k] - wanted[k]).Should().BeLessThanOrEqualTo(isTorch ? RoundingOfTorch * Math.Max(1, Math.Abs(wanted[k])) : 0, "output {0}, step {1}, number {2}; {3}", i, t, k, text);
                    }
                    var own = without[model.OutputNames[i]];
                    own.Shape.Should().Equal(expected.shape, text);
                    if (!isTorch)
                    {
                        own.Values.Select(value => (double)value).Should().Equal(wanted, "without Torch, output {0}, step {1}; {2}", i, t, text);
                    }
                }
            }
            (stream.StepsRead, alone.StepsRead).Should().Be((Steps, Steps));
            stream.Restore(kept!);
            alone.Restore(bytes);
        }
        kept!.Dispose();
    }

    private static IReadOnlyList<Tensor> ByName(ModelStepper stream, Model model, Tensor[] given)
    {
        var made = stream.Step(Named(model, given));
        return [.. model.OutputNames.Select(name => made[name])];
    }

    private static Dictionary<string, TensorLike> Named(Model model, Tensor[] given) =>
        model.InputNames.Zip(given).ToDictionary(pair => pair.First, pair => (TensorLike)pair.Second);

    private static Tensor Step(Tensor x, int step, bool hasSteps) => hasSteps ? x.select(1, step).contiguous() : x;
}
