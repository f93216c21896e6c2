namespace EchoLstm.Tests.Layers;

/// <summary>UpSampling1D, ZeroPadding1D and Cropping1D.</summary>
public class StepEditTests
{
    [Fact]
    public void Steps_are_repeated_added_and_cut_off()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[,,] { { { 1, -1 }, { 2, -2 }, { 3, -3 } } });

        Of(new UpSampling1D(), x).ShouldMatch([1, -1, 1, -1, 2, -2, 2, -2, 3, -3, 3, -3], Tolerance.None);
        Of(new ZeroPadding1D(), x).ShouldMatch([0, 0, 1, -1, 2, -2, 3, -3, 0, 0], Tolerance.None);
        Of(new ZeroPadding1D(0, 2), x).ShouldMatch([1, -1, 2, -2, 3, -3, 0, 0, 0, 0], Tolerance.None);
        Of(new Cropping1D(), x).ShouldMatch([2, -2], Tolerance.None);
        Of(new Cropping1D(2, 0), x).ShouldMatch([3, -3], Tolerance.None);
        (new ZeroPadding1D(3).Padding, new Cropping1D(0, 1).Cropping, new UpSampling1D().Size).Should().Be(((3, 3), (0, 1), 2));
    }

    [Fact]
    public void Lengths_that_are_not_known_stay_so()
    {
        foreach (var layer in new Layer[] { new UpSampling1D(), new ZeroPadding1D(), new Cropping1D() })
        {
            using (layer)
            {
                layer.OutputShape(new Shape(null, null, 2)).ToString().Should().Be("(None, None, 2)");
            }
        }
    }

    [Fact]
    public void Wrong_input_and_arguments_are_errors()
    {
        using var cropping = new Cropping1D(2, 1) { Name = "c" };

        Errors.Expect<ShapeMismatchException>(
            () => cropping.OutputShape(new Shape(null, 3, 2)),
            "Cropping1D 'c' cuts off 2 time steps before and 1 behind, so it expects at least 4 but received (None, 3, 2). Give it longer sequences, or cut off fewer steps.");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new UpSampling1D(0), "UpSampling1D's size must be at least 1. (Parameter 'size')\nActual value was 0.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new ZeroPadding1D(1, -1),
            "ZeroPadding1D's after must be at least 0. (Parameter 'after')\nActual value was -1.".ReplaceLineEndings());
    }

    private static Tensor Of(Layer layer, Tensor x)
    {
        using (layer)
        {
            var output = layer.call(x);
            Shape.Of(output).Should().Equal(layer.OutputShape(Shape.Of(x)));
            return output;
        }
    }
}
