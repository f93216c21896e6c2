using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>Models that the tutorials' article and readers build: their shapes, counts and errors, and that they train.</summary>
public class ReadersModelsTests
{
    [Fact]
    public void The_article_trains_in_batches_of_32_and_18_and_predicts_in_batches_of_10()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(32, returnSequences: true), new TimeDistributed(new Dense(8, Activation.Softmax))) { Seed = 1 };
        model.Build(64, 15);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());
        var y = Numbers.Uniform(2, [50, 64, 8]).abs();
        var batches = new BatchCounter();

        var history = model.Fit(Numbers.Uniform(1, [50, 64, 15]), y / y.sum(-1, keepdim: true), epochs: 2, verbose: 0, callbacks: [batches]);

        model.Layers.Select(layer => layer.CountParameters()).Should().Equal(6144, 264);
        batches.Count.Should().Be(4, "50 samples are batches of 32 and 18");
        history.Loss.Should().OnlyContain(loss => double.IsFinite(loss));
        model.Predict(Numbers.Uniform(3, [50, 64, 15]), batchSize: 10).shape.Should().Equal(50, 64, 8);
    }

    [Fact]
    public void SimpleRnn_learns_the_sequence_in_the_place_of_the_Lstm()
    {
        var sequence = EchoSequence.Linear(5);
        Learns([new SimpleRnn(5), new Dense(1)], EchoSequence.FrameOneToOne(sequence), 5);
        Learns([new SimpleRnn(5), new Dense(5)], EchoSequence.FrameManyToOne(sequence), 1);
        Learns([new SimpleRnn(5, returnSequences: true), new TimeDistributed(new Dense(1))], EchoSequence.FrameManyToMany(sequence), 1);

        void Learns(Layer[] layers, (Array X, Array Y) data, int batchSize)
        {
            using var model = new SequentialModel(layers) { Seed = 11 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
            model.Fit(data.X, data.Y, epochs: 400, batchSize, verbose: 0);
            using var prediction = model.Predict(data.X);
            prediction.ShouldMatch([.. sequence], new Tolerance(0.05), layers[^1].Name);
        }
    }

    [Fact]
    public void TimeDistributed_gives_three_features_a_step()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(8, returnSequences: true), new TimeDistributed(new Dense(3))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));

        var history = model.Fit(Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 5, 3]), epochs: 100, verbose: 0);

        history.Loss[^1].Should().BeLessThan(history.Loss[0] / 2);
        model.Predict(zeros(1, 5, 2)).shape.Should().Equal(1, 5, 3);
    }

    [Fact]
    public void Each_step_and_the_end_share_a_loss_that_is_averaged()
    {
        const double share = 0.3;
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(5, 1);
        var (x, y) = (Numbers.Uniform(1, [3, 5, 1]), Numbers.Uniform(2, [3, 5, 1]));
        // Target replication (arXiv 1511.03677): a share of the mean over all steps, the rest for the last step.
        model.Compile(
            Loss.Custom((target, output) =>
            {
                var errors = (output - target).square().mean([2]); // (samples, steps)
                return (share * errors.mean([1])) + ((1 - share) * errors.select(1, 4));
            }),
            new Adam(0.02));

        var each = (model.Predict(x) - y).square().mean([0, 2]).Values();
        model.Evaluate(x, y)["loss"].Should().BeApproximately((share * each.Average()) + ((1 - share) * each[4]), 1e-6);
        var history = model.Fit(x, y, epochs: 60, verbose: 0);
        history.Loss[^1].Should().BeLessThan(history.Loss[0]);
    }

    [Fact]
    public void A_target_of_5_steps_for_an_output_of_10_is_told_to_use_RepeatVector()
    {
        using var model = new SequentialModel(new Lstm(8, returnSequences: true), new Dropout(0.2), new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(5))) { Seed = 1 };
        model.Build(10, 4);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[16, 10, 4], new float[16, 5, 1], verbose: 0),
            "The model's output is (16, 10, 5), so y must have that shape, but it is (16, 5, 1). The numbers of time steps differ: for other lengths in and out use an encoder (Lstm without returnSequences), RepeatVector with the target's steps, and a decoder (Lstm with returnSequences).");
    }

    [Fact]
    public void A_callback_stops_early_and_keeps_the_best_weights()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.05));
        var best = new BestWeights(patience: 3);

        var history = model.Fit(Numbers.Uniform(1, [20, 5, 1]), Numbers.Uniform(2, [20, 1]), epochs: 500, verbose: 0, validationSplit: 0.2, callbacks: [best]);

        var losses = history["val_loss"];
        losses.Count.Should().BeLessThan(500);
        best.Loss.Should().Be(losses.Min());
        model.SetWeights(best.Weights!);
        model.Evaluate(Numbers.Uniform(1, [20, 5, 1]).narrow(0, 16, 4), Numbers.Uniform(2, [20, 1]).narrow(0, 16, 4))["loss"].Should().BeApproximately(best.Loss, 1e-6);
    }

    private sealed class BatchCounter : Callback
    {
        internal int Count { get; private set; }

        public override void OnBatchEnd(FitProgress progress) => Count++;
    }

    private sealed class BestWeights(int patience) : Callback
    {
        private int _epochsSince;

        internal double Loss { get; private set; } = double.PositiveInfinity;

        internal IReadOnlyList<Array>? Weights { get; private set; }

        public override void OnEpochEnd(FitProgress progress)
        {
            if (progress.Figures["val_loss"] < Loss)
            {
                (Loss, Weights, _epochsSince) = (progress.Figures["val_loss"], progress.Model.GetWeights(), 0);
            }
            else if (++_epochsSince == patience)
            {
                progress.Stop();
            }
        }
    }
}
