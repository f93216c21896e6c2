using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

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
        thrown.InnerException.Should().NotBeNull();
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

    private sealed class Same() : nn.Module<Tensor, Tensor>(nameof(Same))
    {
        public override Tensor forward(Tensor input) => input;
    }
}
