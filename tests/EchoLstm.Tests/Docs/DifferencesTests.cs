using System.Diagnostics.CodeAnalysis;
using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>What docs/differences.md shows is compiled here, region by region, and is as it says.</summary>
[SuppressMessage("Performance", "CA1806", Justification = "The page shows how things are made.")]
public class DifferencesTests
{
    [Fact]
    public void An_Lstm_gives_the_numbers_of_torchs_operations()
    {
        #region
        using var lstm = new Lstm(32) { UsesFusedKernel = false };    // Torch's own operations
        #endregion
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [2, 3, 4]);
        var operations = lstm.call(x);
        lstm.UsesFusedKernel = true;
        (lstm.call(x) - operations).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Predict_gives_the_state_back_unless_it_is_asked_to_carry()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(2, stateful: true)) { Seed = 1 };
        model.Build(3, 1);
        var x = Numbers.Uniform(1, [2, 3, 1]);
        var first = model.Predict(x).Values();
        #region
        model.Predict(x);                      // twice the same
        model.Predict(x, carryState: true);    // Keras's way: goes on, and advances the state
        #endregion

        model.Predict(x).Values().Should().Equal(first);
        model.Predict(x, carryState: true).Values().Should().NotEqual(first);
    }

    [Fact]
    public void A_stateful_model_is_fitted_without_shuffling()
    {
        using var model = EchoModels.SequenceEcho(seed: 1);
        var (x, y) = SupervisedFrames.RandomEcho(new RandomSequence(1), nIn: 5, nOut: 5);
        Assert.Throws<ArgumentException>(() => model.Fit(x, y, epochs: 1, batchSize: 7, verbose: 0));
        #region
        model.Fit(x, y, epochs: 1, batchSize: 7, shuffle: false, verbose: 0);    // without shuffle: false a stateful model refuses
        #endregion
    }

    [Fact]
    public void A_target_without_its_last_axis_is_refused()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (x, y) = (new float[4, 3, 1], new float[4]);

        Assert.Throws<ShapeMismatchException>(Fit).Message.Should().Contain("y lacks an axis: reshape it to (samples, units)");

        void Fit()
        {
        #region
        model.Fit(x, y, epochs: 1);            // y (n): "y lacks an axis: reshape it to (samples, units) ..."
        #endregion
        }
    }

    [Fact]
    public void A_share_above_1_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(Make);

        void Make()
        {
            #region
            new Lstm(5, dropout: 1.5);    // an ArgumentOutOfRangeException
            #endregion
        }
    }

    [Fact]
    public void A_figure_that_is_not_measured_is_refused()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (x, y) = (new float[4, 3, 1], new float[4, 1]);

        Assert.Throws<ArgumentException>(Fit).Message
            .Should().Contain("monitors 'val_loss', but the fit measures loss. Pass validationSplit");

        void Fit()
        {
        #region
        model.Fit(x, y, callbacks: [new EarlyStopping(patience: 5)]);    // "... monitors 'val_loss', but the fit measures loss. ..."
        #endregion
        }
    }

    [Fact]
    public void A_GRU_takes_both_dropouts()
    {
        #region
        new Gru(5, dropout: 0.1, recurrentDropout: 0.2);
        #endregion
    }

    [Fact]
    public void An_initial_state_is_a_value()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(2) { Seed = 1 };
        using var initialState = LstmState.Zeros(4, 2);
        var x = Numbers.Uniform(1, [4, 3, 1]);
        #region
        var (output, state) = lstm.CallWithState(x, initialState);   // Keras: lstm(x, initial_state=[h, c]) with return_state
        #endregion

        output.ShouldMatchTensor(state.Hidden, Tolerance.None);
        state.Dispose();
    }

    [Fact]
    public void A_seed_is_a_property()
    {
        #region
        new SequentialModel(new Lstm(5), new Dense(1)) { Seed = 11 };
        #endregion
    }

    [Fact]
    public void The_settings_of_the_tutorials_time_are_arguments()
    {
        #region
        new Lstm(5, recurrentActivation: Activation.HardSigmoid);    // Keras up to 2.2
        new Adam(epsilon: 1e-8);                                     // Keras up to 2.0
        new Gru(5, resetAfter: false);                               // the GRU of that time
        #endregion
    }

    [Fact]
    public void A_Gru_returns_its_state_where_it_is_asked_to()
    {
        using var scope = NewDisposeScope();
        using var gru = new Gru(4) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 3, 1]);
        #region
        var (output, state) = gru.CallWithState(x);    // Keras: output, state = GRU(4, return_state=True)(x)
        #endregion
        state.ShouldMatch(output.Values(), Tolerance.None, "the state, which is a GRU's last output");
    }

    [Fact]
    public void Keras_takes_the_batch_size_before_the_epochs()
    {
        using var model = EchoModels.OneToOne(seed: 1);
        var (x, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5));
        #region
        var history = model.Fit(x, y, epochs: 10, batchSize: 5, verbose: 0);    // Keras: model.fit(x, y, 5, 10, 0)
        #endregion
        history.Epochs.Should().HaveCount(10);
    }

    [Fact]
    public void Summary_is_a_text()
    {
        using var model = EchoModels.OneToOne();
        #region
        Console.WriteLine(model.Summary());    // Keras: model.summary() prints, and returns None
        model.Summary(Console.Out);            // the same; any TextWriter will do
        #endregion
    }

    [Fact]
    public void One_bias_makes_140_parameters()
    {
        #region
        using var lstm = new Lstm(5);
        lstm.Build(new Shape(null, 5, 1));
        lstm.CountParameters();                // 140; torch.nn.LSTM(1, 5) has 160
        #endregion

        lstm.CountParameters().Should().Be(140);
        using var torchs = nn.LSTM(1, 5);
        torchs.parameters().Sum(parameter => parameter.numel()).Should().Be(160);
    }

    [Fact]
    public void A_metric_is_one_number()
    {
        using var model = new SequentialModel(new Dense(3, Activation.Softmax)) { Seed = 1 };
        model.Build(2);
        #region
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(), Metric.F1Score(ScoreAverage.Weighted));    // Keras: one-hot y only
        #endregion
        model.Evaluate(new float[4, 2], new[] { 0, 1, 2, 0 })["f1_score"].Should().BeInRange(0, 1);
    }

    [Fact]
    public void A_warm_up_needs_its_target()
    {
        #region
        new CosineDecay(0, decaySteps: 1000, warmupTarget: 0.1, warmupSteps: 100);
        #endregion
        Assert.Throws<ArgumentException>(() => new CosineDecay(0, 1000, warmupSteps: 100));
    }

    [Fact]
    public void Both_Adams_can_be_had()
    {
        using var model = EchoModels.OneToOne();
        #region
        model.Compile(Loss.MeanSquaredError(), new Adam());                                                 // Keras's
        model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(p => torch.optim.Adam(p, lr: 0.001)));    // PyTorch's
        #endregion
    }

    [Fact]
    public void Crossentropy_takes_either()
    {
        #region
        Loss.CategoricalCrossentropy();                    // behind Dense(n, Activation.Softmax)
        Loss.CategoricalCrossentropy(fromLogits: true);    // behind Dense(n)
        #endregion
    }

    [Fact]
    public void A_loop_of_ones_own_trains_a_model()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        using var x = Numbers.Uniform(1, [4, 3, 1]);
        using var y = Numbers.Uniform(2, [4, 1]);
        using var optimizer = torch.optim.SGD(model.parameters(), 0.1);
        var before = model.GetWeights().Values();
        #region
        using var loss = torch.nn.functional.mse_loss(model.call(x), y);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        #endregion

        model.GetWeights().Values().Should().NotEqual(before);
    }

    [Fact]
    public void A_fit_that_diverges_can_be_caught()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e25));
        using var x = Numbers.Uniform(1, [4, 3, 1]);
        using var y = Numbers.Uniform(2, [4, 1]);
        int? epoch = null;
        #region
        try
        {
            model.Fit(x, y, epochs: 10, verbose: 0);
        }
        catch (TrainingDivergedException diverged)
        {
            epoch = diverged.Epoch;      // and Batch, Layer; the weights are those before that batch
        }
        #endregion
        epoch.Should().NotBeNull();
    }

    [Fact]
    public void A_state_has_names()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(2, returnState: true) { Seed = 1 };
        var x = Numbers.Uniform(1, [4, 3, 1]);
        #region
        var last = lstm.call(x);
        var (h, c) = (lstm.FinalState!.Hidden, lstm.FinalState.Cell);    // (samples, units) each; Keras: last, h, c = lstm(x)
        #endregion
        last.ShouldMatchTensor(h, Tolerance.None);
        c.shape.Should().Equal(4, 2);
    }

    [Fact]
    public void Both_halves_of_a_Bidirectional_can_be_had()
    {
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [4, 3, 1]);
        #region
        using var both = new Bidirectional(new Lstm(2)) { Seed = 1 };
        var (forward, backward) = both.CallBoth(x);    // Keras: Bidirectional(LSTM(2), merge_mode=None)(x)
        #endregion
        cat([forward, backward], 1).ShouldMatchTensor(both.call(x), Tolerance.Float32);
    }

    [Fact]
    public void A_module_that_would_not_see_a_mask_is_refused()
    {
        using var scope = NewDisposeScope();
        #region
        using var bare = new SequentialModel(new Masking(-1), nn.Linear(1, 1));                          // Predict is an error
        using var wrapped = new SequentialModel(new Masking(-1), new TimeDistributed(nn.Linear(1, 1)));  // the mask goes on
        #endregion
        bare.Build(3, 1);
        wrapped.Build(3, 1);
        Assert.Throws<InvalidOperationException>(() => bare.Predict(new float[2, 3, 1]));
        wrapped.Predict(new float[2, 3, 1]).shape.Should().Equal(2, 3, 1);
    }

    [Fact]
    public void The_forget_gates_bias_begins_at_1()
    {
        #region
        using var keras = new Lstm(5);                              // the forget gate's bias begins at 1
        using var zeros = new Lstm(5, unitForgetBias: false);       // at 0
        #endregion
        foreach (var (layer, sum) in new[] { (keras, 5f), (zeros, 0f) })
        {
            layer.Build(new Shape(null, 5, 1));
            ((float[])layer.GetWeights()[2]).Sum().Should().Be(sum);
        }
    }

    [Fact]
    public void Kernels_have_Kerass_layout()
    {
        using var lstm = new Lstm(5);
        lstm.Build(new Shape(null, 7, 3));
        #region
        var weights = lstm.GetWeights();                            // for 3 features: kernel (3, 20), recurrent kernel (5, 20), bias (20)
        #endregion
        weights.Select(weight => string.Join(", ", Enumerable.Range(0, weight.Rank).Select(weight.GetLength)))
            .Should().Equal("3, 20", "5, 20", "20");
    }

    [Fact]
    public void A_state_is_batch_first()
    {
        #region
        using var state = LstmState.Zeros(batchSize: 32, units: 5);    // h and c are (32, 5); PyTorch: (1, 32, 5)
        #endregion
        state.Hidden.shape.Should().Equal(32, 5);
    }

    [Fact]
    public void Halved_weights_halve_the_loss()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var (x, y) = (new float[,] { { 1 }, { 2 } }, new float[,] { { 3 }, { 4 } });
        #region
        var whole = model.Fit(x, y, verbose: 0);
        var half = model.Fit(x, y, verbose: 0, sampleWeight: new float[] { 0.5f, 0.5f });    // half the loss; in PyTorch, no change
        #endregion
        half.Loss[0].Should().BeApproximately(whole.Loss[0] / 2, 1e-6);
    }

    [Fact]
    public void A_masked_step_repeats_the_output_before_it()
    {
        using var model = new SequentialModel(new Masking(-1), new Lstm(2, returnSequences: true)) { Seed = 1 };
        model.Build(3, 1);
        #region
        var output = model.Predict<float[,,]>(new float[,,] { { { 0.1f }, { 0.2f }, { -1 } } });
        var (second, third) = (output[0, 1, 0], output[0, 2, 0]);    // equal, since the third step is masked
        #endregion
        third.Should().Be(second).And.NotBe(0);
    }

    [Fact]
    public void A_sequence_read_backwards_is_returned_backwards()
    {
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [1, 4, 1]);
        #region
        using var lstm = new Lstm(2, returnSequences: true, goBackwards: true) { Seed = 1 };
        var output = lstm.call(x);                                      // output[:, 0] is that of the input's last step
        #endregion
        lstm.call(x.flip(1)).shape.Should().Equal(1, 4, 2);
        using var forward = new Lstm(2, returnSequences: true) { Seed = 1 };
        output.ShouldMatchTensor(forward.call(x.flip(1)), Tolerance.Float32);
    }

    [Fact]
    public void Dropout_between_layers_is_a_layer()
    {
        #region
        new SequentialModel(
            new Lstm(8, returnSequences: true, dropout: 0.1, recurrentDropout: 0.1),    // one mask a sequence
            new Dropout(0.1),                                                           // PyTorch's dropout: anew at each step
            new Lstm(8));
        #endregion
    }
}
