namespace EchoLstm.Tests.Layers;

public class ActivationTests
{
    public static TheoryData<Activation> Activations => [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(Activations))]
    public void It_computes_the_textbooks_function(Activation activation)
    {
        double[] x = [-3, -2.5, -1, -0.1, 0, 0.3, 1, 2.5, 7];
        using var scope = NewDisposeScope();

        activation.Apply(tensor(x)).ShouldMatch(TextbookActivation.Apply(activation, x), Tolerance.Float64);
    }

    [Fact]
    public void Hard_sigmoid_is_that_of_Keras_2()
    {
        using var scope = NewDisposeScope();

        // Keras 3's relu6(x + 3) / 6 gives 0, 0.333, 0.5, 0.667, 1: the other one.
        Activation.HardSigmoid.Apply(tensor([-3.0, -1, 0, 1, 3])).ShouldMatch([0, 0.3, 0.5, 0.7, 1], Tolerance.Float64);
        Activation.HardSigmoidKeras3.Apply(tensor([-3.0, -1, 0, 1, 3])).ShouldMatch([0, 1 / 3.0, 0.5, 2 / 3.0, 1], Tolerance.Float64);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Its_gradient_is_the_derivative(Activation activation)
    {
        if (activation == Activation.Softmax)
        {
            return; // LayerContractTests compares it with differences
        }
        using var scope = NewDisposeScope();
        double[] points = [-30, -3.2, -2, -1, -0.75, -0.1, -1e-6, 1e-6, 0.3, 1, 2, 3.7, 30];
        var x = tensor(points).requires_grad_();

        activation.Apply(x).sum().backward();

        x.grad!.ShouldMatch([.. points.Select(point => TextbookActivation.Slope(activation, point))], Tolerance.Float64);
    }

    [Theory]
    [InlineData(Activation.Elu, -0.6321205588285577, 0, 1)]
    [InlineData(Activation.Selu, -1.1113307378125625, 0, 1.0507009873554805)]
    [InlineData(Activation.Gelu, -0.15865525393145707, 0, 0.8413447460685429)]
    [InlineData(Activation.Swish, -0.2689414213699951, 0, 0.7310585786300049)]
    [InlineData(Activation.Softplus, 0.31326168751822286, 0.6931471805599453, 1.3132616875182228)]
    [InlineData(Activation.Softsign, -0.5, 0, 0.5)]
    [InlineData(Activation.Exponential, 0.36787944117144233, 1, 2.718281828459045)]
    [InlineData(Activation.LeakyRelu, -0.2, 0, 1)]
    [InlineData(Activation.Mish, -0.30340146137410895, 0, 0.8650983882673103)]
    public void At_minus_one_zero_and_one_it_has_the_numbers_that_are_known(Activation activation, double below, double at, double above)
    {
        using var scope = NewDisposeScope();

        activation.Apply(tensor([-1.0, 0, 1])).ShouldMatch([below, at, above], Tolerance.Float64);
    }
}
