using EchoLstm.Inference;

namespace EchoLstm.Tests.Models;

/// <summary>NaN and infinities in what a model or a stream reads: refused with their place, or allowed, and then in their row alone.</summary>
public sealed class NonFiniteInputTests
{
    private const int Samples = 3, Steps = 4, Features = 5;

    public static TheoryData<string, EngineKind, float> Cases
    {
        get
        {
            var cases = new TheoryData<string, EngineKind, float>();
            foreach (var name in Models.Keys)
            {
                foreach (var engine in new[] { EngineKind.Fused, EngineKind.Torch })
                {
                    foreach (var number in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                    {
                        cases.Add(name, engine, number);
                    }
                }
            }
            return cases;
        }
    }

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Models => new()
    {
        ["Lstm"] = () => [new Lstm(7, returnSequences: true), new Dense(2)],
        ["Gru"] = () => [new Gru(3, returnSequences: true), new Dense(2, Activation.Sigmoid)],
        ["SimpleRnn"] = () => [new SimpleRnn(5, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["stack"] = () => [new Lstm(5, returnSequences: true), new Dropout(0.5), new Gru(9, returnSequences: true), new Dense(3, Activation.Tanh)],
        ["Dense"] = () => [new Dense(6, Activation.Relu), new Dense(2, Activation.Softmax)],
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Allowed_they_stay_in_their_row_in_every_kind_of_call(string name, EngineKind engine, float number)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Make(name, engine);
        var (x, strange) = (Data(), Data());
        strange[1, 2, 3] = number;
        var whole = model.Predict<float[,,]>(x);

        var given = model.Predict<float[,,]>(strange, allowNonFinite: true);
        OnlyRowDiffers(given, whole, number, engine);
        var flat = new float[whole.Length];
        model.Predict(Flat(strange), flat, Samples, allowNonFinite: true);
        OnlyRowDiffers(flat, whole, number, engine);
        OnlyRowDiffers(model.Predict<float[,,]>(strange, batchSize: 2, allowNonFinite: true), whole, number, engine);
        OnlyRowDiffers(model.Predict<float[,,]>(x), whole, 0, engine);

        model.Save(folder.File("model"));
        using var inference = InferenceModel.Load(folder.File("model"));
        var (sound, inferred) = (new float[whole.Length], new float[whole.Length]);
        inference.Predict(Flat(x), sound, Samples);
        inference.Predict(Flat(strange), inferred, Samples, allowNonFinite: true);
        OnlyRowDiffers(inferred, sound, number, EngineKind.Fused);
        inference.Predict(Flat(x), inferred, Samples);
        inferred.Should().Equal(sound, "nothing is left behind");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_stream_that_allows_them_keeps_them_in_their_sequence_until_it_is_reset(string name, EngineKind engine, float number)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Make(name, engine);
        model.Save(folder.File("model"));
        using var inference = InferenceModel.Load(folder.File("model"));
        using var open = model.OpenStream(Samples, allowNonFinite: true);
        using var strict = model.OpenStream(Samples);
        using var openInference = inference.OpenStream(Samples, allowNonFinite: true);

        for (var round = 0; round < 2; round++)
        {
            for (var step = 0; step < Steps; step++)
            {
                var (sound, strange) = (StepOf(step), StepOf(step));
                strange[(1 * Features) + 3] = step == 1 && round == 0 ? number : strange[(1 * Features) + 3];
                var expected = strict.Step(sound);
                foreach (var output in new[] { step % 2 == 0 ? open.Step(strange) : open.Step(tensor(strange).reshape(Samples, Features)).Values().Select(value => (float)value).ToArray(), openInference.Step(strange) })
                {
                    var width = expected.Length / Samples;
                    for (var i = 0; i < expected.Length; i++)
                    {
                        if (i / width != 1 || round == 1 || step < 1)
                        {
                            Math.Abs(output[i] - expected[i]).Should().BeLessThan(1e-6f, $"{name} round {round}, step {step}, place {i}");
                        }
                    }
                }
            }
            strict.Reset();
            open.Reset();
            openInference.Reset();
        }
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Refused_they_are_named_by_their_place(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Make("Lstm", engine);
        model.Save(folder.File("model"));
        using var inference = InferenceModel.Load(folder.File("model"));
        using var stream = model.OpenStream(Samples);
        using var inferenceStream = inference.OpenStream(Samples);
        var x = Data();
        x[1, 2, 3] = float.NaN;
        var step = StepOf(0);
        step[(2 * Features) + 4] = float.NegativeInfinity;
        var (y, flat) = (new float[Samples * Steps * 2], Flat(x));
        const string Alone = "the model can take numbers alone. Remove or replace it, or mask its time step. It is", Allow = "allowNonFinite: true computes with it all the same.";

        Errors.Expect<ArgumentException>(
            () => model.Predict(x),
            "x[1, 2, 3] is NaN; x has shape (3, 4, 5). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. "
                + "With allowNonFinite: true it is computed with all the same. (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => model.Predict(flat, y, Samples), $"x[33] is NaN: {Alone} sample 1, step 2, feature 3; {Allow} (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => inference.Predict(flat, y, Samples), $"x[33] is NaN: {Alone} sample 1, step 2, feature 3; {Allow} (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => stream.Step(step), $"input[14] is -Infinity: {Alone} sample 2, feature 4; {Allow} (Parameter 'input')");
        Errors.Expect<ArgumentException>(() => inferenceStream.Step(step), $"x[14] is -Infinity: {Alone} sample 2, feature 4; {Allow} (Parameter 'x')");
        Assert.Throws<ArgumentException>(() => stream.Step(tensor(step).reshape(Samples, Features))).Message.Should().StartWith("input[2, 4] is -infinity; ").And.Contain(Allow[..20]);
        (stream.StepsRead, inferenceStream.StepsRead).Should().Be((0, 0));
        y.Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void The_first_of_any_length_is_found()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        for (var length = 1; length < 70; length++)
        {
            for (var place = 0; place < length; place++)
            {
                var x = new float[length];
                x[place] = float.NaN;
                x[^1] = float.NaN;
                Assert.Throws<ArgumentException>(() => InputCheck.Finite(x, "x", 1, length, hasSteps: false)).Message.Should().StartWith($"x[{place}] is NaN");
            }
            InputCheck.Finite(Enumerable.Repeat(float.MaxValue, length).ToArray(), "x", 1, length, hasSteps: false);
        }
    }

    [Fact]
    public void Doubles_too_large_for_the_model_are_infinite_where_that_is_allowed()
    {
        using var model = new SequentialModel(new Dense(1, Activation.Relu, useBias: false)) { Seed = 1 };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }]);

        model.Predict<float[,]>(new double[,] { { 1e300 }, { 2 } }, allowNonFinite: true).Cast<float>().Should().Equal(float.PositiveInfinity, 2);
    }

    // Torch rounds otherwise where memory lies otherwise; the fused engine does not.
    private static void OnlyRowDiffers(Array given, Array whole, float number, EngineKind engine)
    {
        var (after, before, row) = (given.Cast<float>().ToArray(), whole.Cast<float>().ToArray(), whole.Length / Samples);
        var rounding = engine == EngineKind.Fused ? 0 : 1e-6f;
        for (var i = 0; i < before.Length; i++)
        {
            if (i / row != 1 || number == 0)
            {
                Math.Abs(after[i] - before[i]).Should().BeLessThanOrEqualTo(rounding, $"place {i} is of another sample, or nothing is left behind");
            }
        }
        if (float.IsNaN(number))
        {
            after[row..(2 * row)].Should().Contain(value => float.IsNaN(value), "what is computed from NaN looks like no answer");
        }
    }

    private static SequentialModel Make(string name, EngineKind engine)
    {
        var model = new SequentialModel(Models[name]()) { Seed = 1, RequestedEngine = engine };
        model.Build(-1, Features);
        return model;
    }

    private static float[,,] Data()
    {
        var random = new Random(3);
        var x = new float[Samples, Steps, Features];
        for (var i = 0; i < x.Length; i++)
        {
            x[i / (Steps * Features), i / Features % Steps, i % Features] = (float)random.NextDouble() - 0.5f;
        }
        return x;
    }

    private static float[] StepOf(int step)
    {
        var x = Data();
        return [.. Enumerable.Range(0, Samples * Features).Select(i => x[i / Features, step, i % Features])];
    }

    private static float[] Flat(float[,,] x) => [.. x.Cast<float>()];
}
