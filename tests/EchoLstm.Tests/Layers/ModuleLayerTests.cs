using Linear = TorchSharp.Modules.Linear;

namespace EchoLstm.Tests.Layers;

/// <summary>Modules of TorchSharp and of users in a model.</summary>
public class ModuleLayerTests
{
    [Fact]
    public void A_users_module_is_named_counted_and_trained_as_a_layer()
    {
        using var model = new SequentialModel(new Lstm(4), new GatedLinear(4, 1)) { Seed = 1 };
        using var x = Numbers.Uniform(1, [8, 3, 1]);
        using var y = Numbers.Uniform(2, [8, 1]);
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        var before = model.Layers[1].GetWeights().Values();

        var history = model.Fit(x, y, epochs: 30, verbose: 0);

        model.Layers[1].Name.Should().Be("gated_linear_1");
        model.Layers[1].CountParameters().Should().Be(10);
        model.Layers[1].GetWeights().Values().Should().NotEqual(before);
        history.Loss[^1].Should().BeLessThan(history.Loss[0]);
    }

    [Fact]
    public void One_that_loses_the_samples_axis_is_told_of()
    {
        using var model = new SequentialModel(new Unsqueezed());
        model.Build(3);

        Errors.Expect<InvalidOperationException>(
            () => model.Predict(new float[3, 3], batchSize: 2),
            "The model made (1, 2, 3) of 2 samples, but an output has the samples as its first axis. Does a module of your own move that axis?");
    }

    [Fact]
    public void One_that_disposes_its_input_predicts_all_the_same()
    {
        using var model = new SequentialModel(new Consuming());
        model.Build(3);

        model.Predict<float[,]>(new float[,] { { 1, 2, 3 } }).Values().Should().Equal(2, 4, 6);
    }

    private sealed class Consuming() : nn.Module<Tensor, Tensor>(nameof(Consuming))
    {
        public override Tensor forward(Tensor input)
        {
            using (input)
            {
                return input * 2;
            }
        }
    }

    private sealed class Unsqueezed() : nn.Module<Tensor, Tensor>(nameof(Unsqueezed))
    {
        public override Tensor forward(Tensor input) => input.unsqueeze(0);
    }

    [Fact]
    public void One_that_is_disposed_is_told_by_name()
    {
        using var model = new SequentialModel(nn.ReLU());

        model.Layers[0].Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Build(2)).ObjectName.Should().Be("EchoLstm.Layers.ModuleLayer");
    }

    [Fact]
    public void Its_output_shape_is_found_by_a_trial_that_changes_nothing()
    {
        using var convolution = nn.Conv1d(2, 3, 2);
        convolution.train();
        using var distributed = new TimeDistributed(convolution);
        var live = LayerContractTests.Live();

        distributed.OutputShape(new Shape(null, 5, 2, 7)).ToString().Should().Be("(None, 5, 3, 6)");

        LayerContractTests.Live().Should().Be(live);
        convolution.training.Should().BeTrue();
    }

    [Fact]
    public void No_input_shape_is_refused()
    {
        using var model = new SequentialModel(nn.Linear(3, 1));

        Assert.Throws<ArgumentNullException>(() => model.Layers[0].OutputShape(null!)).ParamName.Should().Be("inputShape");
    }

    [Fact]
    public void An_unknown_length_is_refused()
    {
        using var distributed = new TimeDistributed(nn.Conv1d(2, 3, 2));

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            distributed,
            () => distributed.Build(new Shape(null, 5, 2, null)),
            "ModuleLayer 'conv1d' is a TorchSharp module, whose output shape is found by running it, so it needs every length but that of the samples; received (None, 2, None). Give the lengths at Build.");
    }

    [Fact]
    public void What_a_module_can_not_take_is_told_before_training_with_Torchs_words()
    {
        using var model = new SequentialModel(nn.Linear(3, 1));
        using var x = zeros(8, 2);
        using var y = zeros(8, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        var thrown = Assert.Throws<ShapeMismatchException>(() => model.Fit(x, y, verbose: 0));

        thrown.Message.Should().StartWith("ModuleLayer 'linear_1' can't take input of shape (8, 2): ").And.Contain("mat1 and mat2 shapes cannot be multiplied (1x2 and 3x1)");
        thrown.Message.Should().NotContain("frame #", "that is the inner exception's").And.NotContain("\n");
        thrown.InnerException.Should().NotBeNull();
    }

    [Fact]
    public void A_convolution_of_TorchSharps_says_where_it_has_its_channels()
    {
        const string Hint = " TorchSharp's convolutions have the channels behind the samples; Conv1D and Conv2D of this library have them last, where the data has them.";
        using var steps = new SequentialModel(nn.Conv1d(3, 2, 2));
        using var films = new SequentialModel(new TimeDistributed(nn.Conv2d(1, 2, 2)));

        Assert.Throws<ShapeMismatchException>(() => steps.Build(5, 3)).Message.Should().StartWith("ModuleLayer 'conv1d_1' can't take input of shape (None, 5, 3): ").And.EndWith(Hint);
        Assert.Throws<ShapeMismatchException>(() => films.Build(2, 4, 4, 1)).Message.Should().StartWith("ModuleLayer 'conv2d' can't take input of shape (None, 4, 4, 1): ").And.EndWith(Hint);
    }

    [Fact]
    public void An_identity_gives_a_tensor_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Same());
        var x = Numbers.Uniform(1, [2, 3]);

        model.call(x).Dispose();

        x.IsInvalid.Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parameters_that_a_module_has_not_registered_are_refused_before_training(bool wrapped)
    {
        nn.Module<Tensor, Tensor> forgetful = new Forgetful();
        using var model = new SequentialModel(new Lstm(2, returnSequences: true), wrapped ? new TimeDistributed(forgetful) : forgetful) { Seed = 1 };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        foreach (var train in new Action[] { () => model.Fit(new float[4, 3, 1], new float[4, 3, 1], verbose: 0), () => model.TrainOnBatch(new float[4, 3, 1], new float[4, 3, 1]) })
        {
            Errors.ExpectWithoutChange<InvalidOperationException>(
                model,
                train,
                $"ModuleLayer '{(wrapped ? "forgetful" : "forgetful_1")}' computes with parameters that its module has not registered, so that nothing would train or save them. Call RegisterComponents at the end of the module's constructor, and hold its parts in fields or a ModuleList, not in properties, arrays or lists.");
        }
    }

    [Fact]
    public void Frozen_parameters_and_those_of_another_layer_need_no_registration()
    {
        var dense = new Dense(2);
        using var model = new SequentialModel(dense, new Borrower(dense)) { Seed = 1 };
        model.Build(2);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        model.Fit(new float[4, 2], new float[4, 2], verbose: 0).Loss.Should().ContainSingle();

        dense.parameters().Should().OnlyContain(parameter => parameter.requires_grad, "the look at the module leaves them as they were");
    }

    [Fact]
    public void A_part_that_a_module_never_calls_is_left_alone()
    {
        using var model = new SequentialModel(new Idler()) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());

        model.Fit(new float[4, 2], new float[4, 2], verbose: 0).Loss.Should().ContainSingle();
    }

    /// <summary>Has a part with a module of TorchSharp inside that is never called, so that its input is not known.</summary>
    private sealed class Idler : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _used = nn.Linear(2, 2);

        internal Idler()
            : base(nameof(Idler))
        {
            register_module("used", _used);
            register_module("idle", new TimeDistributed(nn.Linear(2, 2)));
        }

        public override Tensor forward(Tensor input) => _used.call(input);
    }

    /// <summary>Holds its layers in an array, where TorchSharp does not look for parts; the first of them is registered.</summary>
    private sealed class Forgetful : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _first = nn.Linear(2, 2);
        private readonly Linear[] _others = [nn.Linear(2, 2), nn.Linear(2, 1)];

        internal Forgetful()
            : base(nameof(Forgetful)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _others.Aggregate(_first.call(input), (x, linear) => linear.call(x)).MoveToOuterDisposeScope();
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var linear in _others)
            {
                linear.Dispose();
            }
            base.Dispose(disposing);
        }
    }

    /// <summary>Multiplies with the weights of a layer that the model has already, and with a table that does not train.</summary>
    private sealed class Borrower : nn.Module<Tensor, Tensor>
    {
        private readonly Dense[] _lender;
        private readonly Tensor[] _table = [ones(2).DetachFromDisposeScope()];

        internal Borrower(Dense lender)
            : base(nameof(Borrower)) => _lender = [lender];

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return (_lender[0].call(input) * _table[0]).MoveToOuterDisposeScope();
        }

        protected override void Dispose(bool disposing)
        {
            _table[0].Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Same() : nn.Module<Tensor, Tensor>(nameof(Same))
    {
        public override Tensor forward(Tensor input) => input;
    }
}
