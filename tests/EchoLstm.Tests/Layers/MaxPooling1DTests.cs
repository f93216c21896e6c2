namespace EchoLstm.Tests.Layers;

public class MaxPooling1DTests
{
    [Theory]
    [InlineData(StepPadding.Valid)]
    [InlineData(StepPadding.Same)]
    public void It_equals_loops_over_the_definition_for_all_sizes(StepPadding padding)
    {
        for (var steps = 1; steps <= 7; steps++)
        {
            for (var size = 1; size <= 4; size++)
            {
                foreach (int? strides in new int?[] { null, 1, 2, 3 })
                {
                    if (padding == StepPadding.Valid && size > steps)
                    {
                        continue;
                    }
                    using var scope = NewDisposeScope();
                    using var pooling = new MaxPooling1D(size, strides, padding);
                    // Below zero, so that a zero that was added would win.
                    var x = Numbers.Uniform(steps, [2, steps, 3]) - 2;

                    var output = pooling.call(x);

                    Shape.Of(output).Should().Equal(pooling.OutputShape(Shape.Of(x)));
                    output.ShouldMatch(Loops((double[,,])Numbers.Shaped(x.Values(), x.shape), size, strides ?? size, padding), Tolerance.None, $"{steps} steps, window {size}, stride {strides}");
                }
            }
        }
    }

    [Fact]
    public void The_gradient_goes_to_the_largest()
    {
        using var scope = NewDisposeScope();
        using var pooling = new MaxPooling1D();
        var x = tensor(new float[,,] { { { 1 }, { 4 }, { 3 }, { 2 } } }).requires_grad_();

        var output = pooling.call(x);
        output.sum().backward();

        output.ShouldMatch([4, 3], Tolerance.None);
        x.grad!.ShouldMatch([0, 1, 1, 0], Tolerance.None);
    }

    [Fact]
    public void Wrong_input_and_arguments_are_errors()
    {
        using var pooling = new MaxPooling1D(4) { Name = "p" };

        Errors.Expect<ShapeMismatchException>(
            () => pooling.OutputShape(new Shape(null, 3, 2)),
            "MaxPooling1D 'p' slides a window of 4 time steps, so it expects at least 4 but received (None, 3, 2). Give it longer sequences, a smaller window, or StepPadding.Same.");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new MaxPooling1D(2, 0), "MaxPooling1D's strides must be at least 1. (Parameter 'strides')\nActual value was 0.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new MaxPooling1D(padding: StepPadding.Causal),
            "MaxPooling1D has no padding Causal: expected Valid or Same. (Parameter 'padding')\nActual value was Causal.".ReplaceLineEndings());
    }

    private static double[] Loops(double[,,] x, int size, int stride, StepPadding padding)
    {
        var steps = x.GetLength(1);
        var windows = padding == StepPadding.Valid ? ((steps - size) / stride) + 1 : (int)Math.Ceiling(steps / (double)stride);
        var before = padding == StepPadding.Same ? Math.Max(((windows - 1) * stride) + size - steps, 0) / 2 : 0;
        var output = new List<double>();
        for (var sample = 0; sample < x.GetLength(0); sample++)
        {
            for (var window = 0; window < windows; window++)
            {
                for (var feature = 0; feature < x.GetLength(2); feature++)
                {
                    output.Add(Enumerable.Range((window * stride) - before, size).Where(step => step >= 0 && step < steps).Max(step => x[sample, step, feature]));
                }
            }
        }
        return [.. output];
    }
}
