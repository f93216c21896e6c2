using System.Diagnostics.CodeAnalysis;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Docs;

/// <summary>What docs/differences.md shows is compiled here, region by region, and is as it says.</summary>
[SuppressMessage("Performance", "CA1806", Justification = "The page shows how things are made.")]
public class DifferencesTests
{
    [Fact]
    public void Every_program_of_the_page_is_compiled() =>
        DocsFolder.Blocks(DocsFolder.Read("differences.md"), "csharp").Should().BeSubsetOf(DocsFolder.Regions("DifferencesTests.cs"));

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
        (lstm.call(x) - operations).abs().max().ToDouble().Should().BeLessThan(1e-6);
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
    public void A_share_above_1_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Lstm(2, dropout: 1.5));

    [Fact]
    public void A_figure_that_is_not_measured_is_refused()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var (x, y) = (new float[4, 3, 1], new float[4, 1]);

        Assert.Throws<ArgumentException>(Fit).Message.Should().Contain("monitors 'val_loss', but the fit measures loss. Pass validationSplit");

        void Fit()
        {
        #region
        model.Fit(x, y, callbacks: [new EarlyStopping(patience: 5)]);    // "... monitors 'val_loss', but the fit measures loss. Pass validationSplit ..."
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
    public void Summary_is_a_text()
    {
        using var model = EchoModels.OneToOne();
        #region
        Console.WriteLine(model.Summary());    // Keras: model.summary() prints, and returns None
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
}
