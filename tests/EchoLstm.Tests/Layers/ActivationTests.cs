using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Layers;

public class ActivationTests
{
    [Theory]
    [InlineData(Activation.Linear)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.HardSigmoid)]
    [InlineData(Activation.Softmax)]
    public void It_computes_the_textbooks_function(Activation activation)
    {
        double[] x = [-3, -2.5, -1, -0.1, 0, 0.3, 1, 2.5, 7];
        using var scope = NewDisposeScope();

        activation.Apply(tensor(x)).ShouldMatch(TextbookLstm.Apply(activation, x), Tolerance.Float64);
    }

    [Fact]
    public void Hard_sigmoid_is_that_of_Keras_2()
    {
        using var scope = NewDisposeScope();

        // Keras 3's relu6(x + 3) / 6 gives 0, 0.333, 0.5, 0.667, 1.
        Activation.HardSigmoid.Apply(tensor([-3.0, -1, 0, 1, 3])).ShouldMatch([0, 0.3, 0.5, 0.7, 1], Tolerance.Float64);
    }
}
