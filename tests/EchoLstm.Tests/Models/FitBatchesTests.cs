using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>Fit and Evaluate of batches that a program makes.</summary>
public class FitBatchesTests
{
    private static readonly float[,] Series = Wave(60);
    private static readonly ForecastWindow Window = new() { Past = 4 };

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Batches_of_windows_train_as_the_windows_do(EngineKind engine)
    {
        var (x, y) = SupervisedFrames.ToForecast(Series, Window);
        var windows = SupervisedFrames.Windows(Series, Window, batchSize: 16);
        using var whole = Model(engine);
        using var batched = Model(engine);

        var expected = whole.Fit(x, y, epochs: 3, batchSize: 16, verbose: 0, shuffle: false, validationData: (x, y));
        var actual = batched.Fit(windows, epochs: 3, verbose: 0, validationBatches: windows);

        actual.Loss.Should().Equal(expected.Loss);
        actual["mean_absolute_error"].Should().Equal(expected["mean_absolute_error"]);
        actual["val_loss"].ShouldMatch(expected["val_loss"], Tolerance.Float32);
        batched.GetWeights().Values().Should().Equal(whole.GetWeights().Values());
        batched.Evaluate(windows)["loss"].Should().BeApproximately(whole.Evaluate(x, y, batchSize: 16)["loss"], 1e-6);
    }

    [Fact]
    public void A_list_of_batches_is_shuffled_and_another_source_keeps_its_order()
    {
        var seen = new List<float>();
        List<(float[,] X, float[,] Y)> list = [.. Enumerable.Range(0, 8).Select(i => (new float[,] { { i } }, new float[1, 1]))];
        using var model = new SequentialModel(new Seen(seen), new Dense(1)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));

        model.Fit(list, epochs: 2, verbose: 0);
        var shuffled = seen.ToList();
        seen.Clear();
        model.Fit(list, epochs: 2, verbose: 0, shuffle: false);
        var inOrder = seen.ToList();
        seen.Clear();
        model.Fit(list.Where(_ => true), epochs: 2, verbose: 0);

        shuffled[..8].Should().BeEquivalentTo(Enumerable.Range(0, 8)).And.NotBeInAscendingOrder();
        shuffled[8..].Should().BeEquivalentTo(Enumerable.Range(0, 8)).And.NotEqual(shuffled[..8]);
        inOrder.Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
        seen.Should().Equal(inOrder);
    }

    [Fact]
    public void An_endless_source_is_cut_into_epochs_that_go_on()
    {
        var seen = new List<float>();
        using var model = new SequentialModel(new Seen(seen), new Dense(1)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        using var output = new StringWriter();

        var history = model.Fit(Endless(), epochs: 2, stepsPerEpoch: 3, verbose: 2, output: output);

        seen.Should().Equal(0, 1, 2, 3, 4, 5);
        history.Epochs.Should().HaveCount(2);

        static IEnumerable<(float[,] X, float[,] Y)> Endless()
        {
            for (var i = 0; ; i++)
            {
                yield return (new float[,] { { i } }, new float[1, 1]);
            }
        }
    }

    [Fact]
    public void Batches_of_a_number_that_only_the_end_tells_print_it_then()
    {
        using var model = Model(EngineKind.Auto);
        using var output = new StringWriter();
        var batches = new List<int>();

        model.Fit(
            SupervisedFrames.Windows(Series, Window, batchSize: 16).Where(_ => true),
            epochs: 2,
            output: output,
            callbacks: [new LambdaCallback(onEpochBegin: progress => batches.Add(progress.Batches))]);

        batches.Should().Equal(0, 4);
        output.ToString().Should().Contain("4/4 [==============================]");
    }

    [Fact]
    public void Batches_may_have_sample_weights_and_build_the_model()
    {
        (float[,] X, float[,] Y, float[] Weight)[] batches = [(new float[,] { { 1 }, { 2 } }, new float[2, 1], [2, 0])];
        using var model = new SequentialModel(new ActivationLayer(Activation.Linear));
        model.Compile(Loss.MeanAbsoluteError(), new Sgd(0));

        model.Fit(batches, verbose: 0).Loss.Should().Equal(1);
        model.Evaluate(batches)["loss"].Should().Be(1);
    }

    [Fact]
    public void A_stateful_model_carries_its_state_from_batch_to_batch()
    {
        var x = new float[2, 3, 1];
        using var model = new SequentialModel(new SimpleRnn(1, stateful: true, activation: Activation.Linear));
        model.Build(new Shape(3, 1), batchSize: 2);
        model.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }, new float[] { 1 }]);
        model.Compile(Loss.MeanAbsoluteError(), new Sgd(0));
        (float[,,] X, float[,] Y)[] batches = [(x, new float[2, 1]), (x, new float[2, 1])];

        model.Fit(batches, verbose: 0, shuffle: false).Loss.Should().Equal((3 + 6) / 2.0);
        model.Evaluate(batches)["loss"].Should().Be(4.5);
        Errors.Expect<ArgumentException>(
            () => model.Fit(batches, verbose: 0),
            "The model is stateful (SimpleRnn 'simple_rnn_1'): sample i of a batch goes on where sample i of the batch before ended, which shuffling would break. Pass shuffle: false. (Parameter 'shuffle')");
    }

    [Fact]
    public void What_is_wrong_with_a_batch_is_told_with_its_place()
    {
        using var model = Model(EngineKind.Auto);
        var used = SupervisedFrames.Windows(Series, Window).GetEnumerator();

        Errors.Expect<ShapeMismatchException>(
            () => model.Fit(new[] { (new float[2, 4, 1], new float[2, 1, 1]), (new float[2, 4, 1], new float[3, 1, 1]) }, verbose: 0, shuffle: false),
            "batches[1].X has 2 samples but batches[1].Y has 3: batches[1].X is (2, 4, 1), batches[1].Y is (3, 1, 1). Each sample needs its target; the samples are the first axis of both.");
        Errors.Expect<ArgumentNullException>(
            () => model.Fit(new[] { (new float[2, 4, 1], new float[2, 1, 1]), (null!, new float[2, 1, 1]) }, verbose: 0, shuffle: false), "batches[1].X is null: expected a tensor or an array. (Parameter 'batches[1].X')");
        Errors.Expect<ArgumentException>(() => model.Fit(Array.Empty<(float[,,], float[,])>(), verbose: 0), "batches has no batches. Give at least one. (Parameter 'batches')");
        Errors.Expect<InvalidOperationException>(
            () => model.Fit(Once(used), epochs: 2, verbose: 0),
            "batches gave no batches the second time, but each epoch goes through them from the beginning. Give a list, or what begins anew each time, not an iterator that is used up.");
        Errors.Expect<ArgumentException>(
            () => model.Fit(new[] { ("x", new float[1, 1]) }, verbose: 0),
            "A String can't become a tensor: expected a tensor, an array or a TensorLike. A batch has its samples on the first axis: of one number a sample give float[,], (samples, 1). (Parameter 'data')");
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(SupervisedFrames.Windows(Series, Window), stepsPerEpoch: 0));

        static IEnumerable<(float[,,] X, float[,,] Y)> Once(IEnumerator<(float[,,] X, float[,,] Y)> windows)
        {
            while (windows.MoveNext())
            {
                yield return windows.Current;
            }
        }
    }

    /// <summary>Remembers the first number of each batch that trains.</summary>
    private sealed class Seen(List<float> numbers) : nn.Module<Tensor, Tensor>("Seen")
    {
        public override Tensor forward(Tensor input)
        {
            if (training)
            {
                numbers.Add(input.data<float>()[0]);
            }
            return input.alias();
        }
    }

    private static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(3), new RepeatVector(1), new Dense(1)) { Seed = 2, RequestedEngine = engine };
        model.Build(4, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        return model;
    }

    private static float[,] Wave(int rows)
    {
        var series = new float[rows, 1];
        for (var i = 0; i < rows; i++)
        {
            series[i, 0] = MathF.Sin(i * 0.3f);
        }
        return series;
    }
}
