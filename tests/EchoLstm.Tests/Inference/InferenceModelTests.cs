using EchoLstm.Data;
using EchoLstm.Inference;
using static EchoLstm.Tests.Inference.InferenceCases;

namespace EchoLstm.Tests.Inference;

/// <summary>A saved model without Torch predicts what the model predicts: the fused engine's bits.</summary>
public class InferenceModelTests
{
    private const int Samples = 4;

    public static TheoryData<string> Names => [.. Stacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_predicts_what_the_model_predicts(string name)
    {
        using var model = Create(name);
        using var inference = model.Saved();

        var predicted = Predict(inference, name, Samples);

        predicted.Should().Equal(Predict(model, name, Samples));
        inference.InputShape.Should().Equal(model.InputShape!);
        inference.OutputShape.Should().Equal(model.OutputShape(model.InputShape!));
        inference.ReadsIndices.Should().Be(ReadsWords(name));
    }

    [Fact]
    public void A_model_in_a_model_is_its_layers()
    {
        using var nested = new SequentialModel(new SequentialModel(new Lstm(4, returnSequences: true), new Lstm(3)), new Dense(2));
        using var flat = new SequentialModel(new Lstm(4, returnSequences: true), new Lstm(3), new Dense(2)) { Seed = 1 };
        nested.Build(new Shape(null, Steps, Features));
        flat.Build(new Shape(null, Steps, Features));
        nested.SetWeights(flat.GetWeights());
        using var inference = nested.Saved();

        Predict(inference, "nested", Samples).Should().Equal(Predict(flat, "nested", Samples));
    }

    [Theory]
    [InlineData("lstm", 1, 1)]
    [InlineData("lstm", 33, 2)]
    [InlineData("steps", 2, 50)]
    public void It_takes_any_number_of_samples_and_steps(string name, int samples, int steps)
    {
        using var model = new SequentialModel(Stacks[name]()) { Seed = 3 };
        model.Build(new Shape(null, null, Features));
        using var inference = model.Saved();
        var x = Inputs(samples, steps);
        var (y, expected) = (new float[inference.OutputLength(samples, steps)], new float[inference.OutputLength(samples, steps)]);

        inference.Predict(x, y, samples);

        model.Predict(x, expected, samples);
        y.Should().Equal(expected);
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("steps")]
    [InlineData("gru")]
    [InlineData("bidirectional")]
    [InlineData("words")]
    public void A_length_is_a_shorter_sample(string name)
    {
        using var model = new SequentialModel(Stacks[name]()) { Seed = 3 };
        model.Build(ReadsWords(name) ? new Shape(null, null) : new Shape(null, null, Features));
        using var inference = model.Saved();
        int[] lengths = [6, 3, 1];
        var y = new float[inference.OutputLength(3, Steps)];
        var width = y.Length / 3;

        if (ReadsWords(name))
        {
            inference.Predict(Indices(3), y, 3, lengths);
        }
        else
        {
            inference.Predict(Inputs(3), y, 3, lengths);
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            var alone = new float[inference.OutputLength(1, lengths[i])];
            if (ReadsWords(name))
            {
                inference.Predict(Indices(3).AsSpan(i * Steps, lengths[i]), alone);
            }
            else
            {
                inference.Predict(Inputs(3).AsSpan(i * Steps * Features, lengths[i] * Features), alone);
            }
            y.AsSpan(i * width, alone.Length).ToArray().Should().Equal(alone, "sample {0} has {1} steps", i, lengths[i]);
        }
    }

    [Fact]
    public void It_reads_a_stream_and_weights_of_any_floating_point_type()
    {
        using var model = Create("lstm");
        var expected = Predict(model, "lstm", Samples);
        using var folder = new TemporaryFolder();
        model.to(float64);
        model.Save(folder.File("wide.safetensors"));
        model.to(bfloat16);
        model.Save(folder.File("narrow.safetensors"));

        using var bytes = File.OpenRead(folder.File("wide.safetensors"));
        using var wide = InferenceModel.Load(bytes);
        using var narrow = InferenceModel.Load(folder.File("narrow.safetensors"));

        Predict(wide, "lstm", Samples).Should().Equal(expected);
        bytes.CanRead.Should().BeTrue();
        using var rounded = SequentialModel.Load(folder.File("narrow.safetensors"));
        rounded.to(float32);
        Predict(narrow, "lstm", Samples).Should().Equal(Predict(rounded, "lstm", Samples));
    }

    [Fact]
    public void What_the_model_carries_comes_back_and_nothing_is_applied()
    {
        using var model = Create("lstm");
        model.Metadata["data"] = "1749 to 1983";
        model.Scalers["y"] = new MinMaxScaler().Fit(new float[,] { { 0 }, { 10 } });
        model.Vocabularies["classes"] = ["calm", "active"];
        using var inference = model.Saved();

        inference.Metadata.Should().Equal(new Dictionary<string, string> { ["data"] = "1749 to 1983" });
        inference.Scalers["y"].Transform(new float[,] { { 5 } })[0, 0].Should().Be(0.5f);
        inference.Vocabularies["classes"].Should().Equal("calm", "active");
        Predict(inference, "lstm", Samples).Should().Equal(Predict(model, "lstm", Samples));
    }

    [Fact]
    public void Threads_predict_at_once_and_get_the_same_bits()
    {
        using var model = Create("steps");
        using var inference = model.Saved();
        var expected = Predict(inference, "steps", Samples);

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Predict(inference, "steps", Samples).Should().Equal(expected));
    }

    [Theory]
    [InlineData("stateful")]
    [InlineData("words with padding")]
    public void Predictions_and_steps_allocate_nothing(string name)
    {
        using var inference = Create(name).Saved();
        using var stream = inference.OpenStream();
        var (x, words, y, step) = (Inputs(2), Indices(2), new float[inference.OutputLength(2, Steps)], new float[stream.OutputLength]);
        void Run()
        {
            if (ReadsWords(name))
            {
                inference.Predict(words, y, 2);
                stream.Step(words.AsSpan(0, 1), step);
                return;
            }
            inference.Predict(x, y, 2);
            stream.Step(x.AsSpan(0, Features), step);
        }
        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Run();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void A_layer_without_a_kernel_is_named()
    {
        using var model = new SequentialModel(new Conv1D(4, 2) { Name = "front" }, new Lstm(5), new Dense(1));
        model.Build(new Shape(null, Steps, Features));

        var load = () => model.Saved();

        load.Should().Throw<NotSupportedException>().WithMessage(
            "EchoLstm.Runtime can't run the model: Conv1D 'front' (Conv1D) has no fused kernel. Load it with SequentialModel.Load of the package EchoLstm, "
                + "or train a model without it.");
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var inference = Create("lstm").Saved();
        using var shapes = Create("shapes").Saved();
        using var words = Create("words").Saved();
        var (x, y) = (Inputs(2), new float[4]);
        var nan = (float[])x.Clone();
        nan[4] = float.NaN;

        Refused<ShapeMismatchException>(() => inference.Predict(x.AsSpan(1), y, 2)).Should().Be(
            "The model takes (None, 6, 3), which 35 numbers for 2 samples do not fill. Give samples · time steps · features numbers.");
        Refused<ShapeMismatchException>(() => inference.Predict(x, y.AsSpan(1), 2)).Should().Be(
            "The predictions of 2 samples have 4 numbers, but there is room for 3. Give y that length.");
        Refused<ShapeMismatchException>(() => inference.Predict(x, y, 2, [6])).Should().Be("lengths has 1 lengths for 2 samples. Give one for each.");
        Refused<ArgumentOutOfRangeException>(() => inference.Predict(x, y, 2, [6, 7])).Should().StartWith("lengths[1] is 7; expected 0 to 6, the time steps of x.");
        Refused<ArgumentOutOfRangeException>(() => inference.Predict(x, y, 0)).Should().Contain("samples");
        Refused<ArgumentException>(() => inference.Predict(nan, y, 2)).Should().StartWith(
            "x[4] is NaN: the model can take numbers alone. Remove or replace it, or mask its time step.");
        Refused<InvalidOperationException>(() => inference.Predict(new int[6], y, 1)).Should().Be(
            "The model reads features, (None, 6, 3), not indices: give them as floats, Predict(ReadOnlySpan<float>, ...).");
        Refused<InvalidOperationException>(() => words.Predict(new float[6], y, 1)).Should().Be(
            "The model reads indices: give them as integers, Predict(ReadOnlySpan<int>, ...).");
        Refused<ArgumentOutOfRangeException>(() => words.Predict([0, 1, 2, 3, 4, 7], y.AsSpan(2))).Should().StartWith("words[5] is 7, but Embedding 'embedding_");
        Refused<InvalidOperationException>(() => shapes.Predict(x, new float[6], 2, [6, 1])).Should().Contain("can't leave masked time steps out");
        inference.Dispose();
        Refused<ObjectDisposedException>(() => inference.Predict(x, y, 2)).Should().Contain("InferenceModel");
        Refused<ObjectDisposedException>(() => inference.OpenStream()).Should().Contain("InferenceModel");
    }

    [Fact]
    public void Predictions_that_no_array_holds_are_refused_by_their_length()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(3), new Reshape(-1, 1), new Dense(1));
        model.Build(-1, 1);
        model.Save(folder.File("long.safetensors"));
        using var inference = InferenceModel.Load(folder.File("long.safetensors"));
        const string Message = "The predictions have more numbers than an array holds: give fewer samples or time steps at once.";

        inference.OutputLength(2, 100).Should().Be(600);
        Refused<ArgumentOutOfRangeException>(() => inference.OutputLength(1, int.MaxValue)).Should().StartWith(Message, "there is no such number of steps");
        Refused<ArgumentOutOfRangeException>(() => inference.OutputLength(int.MaxValue, 100)).Should().StartWith(Message);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        using var model = Create("lstm");
        using var folder = new TemporaryFolder();
        model.SaveWeights(folder.File("weights.safetensors"));
        model.Save(folder.File("model.safetensors"));
        File.WriteAllBytes(folder.File("cut.safetensors"), File.ReadAllBytes(folder.File("model.safetensors"))[..^1]);

        Refused<InvalidDataException>(() => InferenceModel.Load(folder.File("weights.safetensors"))).Should().Contain("without a model in it");
        Refused<InvalidDataException>(() => InferenceModel.Load(folder.File("cut.safetensors"))).Should().Contain("is cut short");
        Refused<FileNotFoundException>(() => InferenceModel.Load(folder.File("none.safetensors"))).Should().Contain("There is no file");
        Refused<InvalidDataException>(() => InferenceModel.Load(new MemoryStream([1, 2, 3]))).Should().StartWith("the stream is no safetensors file");
    }

    private static string Refused<TError>(Action action)
        where TError : Exception => action.Should().Throw<TError>().Which.Message;

    private static float[] Predict(InferenceModel model, string name, int samples)
    {
        var y = new float[model.OutputLength(samples, Steps)];
        if (ReadsWords(name))
        {
            model.Predict(Indices(samples), y, samples);
        }
        else
        {
            model.Predict(Inputs(samples), y, samples);
        }
        return y;
    }

    private static float[] Predict(SequentialModel model, string name, int samples)
    {
        using var x = ReadsWords(name) ? tensor(Indices(samples)).reshape(samples, Steps) : tensor(Inputs(samples)).reshape(samples, Steps, Features);
        using var y = model.Predict(x, samples);
        return y.to(float32).data<float>().ToArray();
    }
}
