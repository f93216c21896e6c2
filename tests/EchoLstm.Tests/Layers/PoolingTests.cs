namespace EchoLstm.Tests.Layers;

/// <summary>Pooling but for MaxPooling1D: against loops over the definition, with masks, on pictures.</summary>
public class PoolingTests
{
    public static TheoryData<StepPadding> Paddings => [StepPadding.Valid, StepPadding.Same];

    [Theory]
    [MemberData(nameof(Paddings))]
    public void Averages_over_windows_equal_loops_for_all_sizes(StepPadding padding)
    {
        for (var steps = 1; steps <= 6; steps++)
        {
            for (var size = 1; size <= (padding == StepPadding.Valid ? Math.Min(steps, 4) : 4); size++)
            {
                foreach (int? strides in new int?[] { null, 1, 2, 3 })
                {
                    using var scope = NewDisposeScope();
                    using var pooling = new AveragePooling1D(size, strides, padding);
                    var x = Numbers.Uniform(steps, [2, steps, 3], 1, ScalarType.Float64);

                    var output = pooling.call(x);

                    Shape.Of(output).Should().Equal(pooling.OutputShape(Shape.Of(x)));
                    var picture = x.unsqueeze(2); // one column
                    output.ShouldMatch(Loops(picture, (size, 1), (strides ?? size, 1), padding, numbers => numbers.Average()), Tolerance.Float64, $"{steps} steps, window {size}, stride {strides}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paddings))]
    public void Windows_over_pictures_equal_loops_for_all_sizes(StepPadding padding)
    {
        foreach (var (height, width, size, strides) in new (int, int, Size2D, Size2D?)[]
        {
            (4, 4, 2, null), (3, 5, (2, 3), 1), (5, 4, (3, 1), (2, 3)), (3, 3, 3, 2), (4, 7, (1, 2), (3, 1)),
        })
        {
            using var scope = NewDisposeScope();
            using var average = new AveragePooling2D(size, strides, padding);
            using var max = new MaxPooling2D(size, strides, padding);
            // Below zero, so that a zero that was added would win.
            var x = Numbers.Uniform(height, [2, height, width, 3], 1, ScalarType.Float64) - 2;

            Shape.Of(average.call(x)).Should().Equal(average.OutputShape(Shape.Of(x)));
            average.call(x).ShouldMatch(Loops(x, size, strides ?? size, padding, numbers => numbers.Average()), Tolerance.Float64, $"the averages of {size}");
            max.call(x).ShouldMatch(Loops(x, size, strides ?? size, padding, numbers => numbers.Max()), Tolerance.None, $"the largest of {size}");
        }
    }

    [Fact]
    public void Global_pooling_sums_up_all_steps_or_the_whole_picture()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[,,] { { { 1, -5 }, { 2, -1 }, { 6, -3 } } });
        var picture = x.unsqueeze(2);

        Of(new GlobalAveragePooling1D(), x).ShouldMatch([3, -3], Tolerance.Float32);
        Of(new GlobalMaxPooling1D(), x).ShouldMatch([6, -1], Tolerance.None);
        Of(new GlobalAveragePooling2D(), picture).ShouldMatch([3, -3], Tolerance.Float32);
        Of(new GlobalMaxPooling2D(), picture).ShouldMatch([6, -1], Tolerance.None);
        Of(new GlobalMaxPooling1D(keepdims: true), x).shape.Should().Equal(1, 1, 2);
        Of(new GlobalAveragePooling1D(keepdims: true), x).shape.Should().Equal(1, 1, 2);
        Of(new GlobalAveragePooling2D(keepdims: true), picture).shape.Should().Equal(1, 1, 1, 2);
        Of(new GlobalMaxPooling2D(keepdims: true), picture).shape.Should().Equal(1, 1, 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Masked_steps_take_no_part_in_global_pooling_and_the_mask_ends(bool keepdims)
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[,] { { true, false, true }, { false, false, false } });
        var x = tensor(new float[,,] { { { 1, -5 }, { float.NaN, 99 }, { 6, -3 } }, { { 7, 7 }, { 7, 7 }, { 7, 7 } } });

        var mean = Of(new GlobalAveragePooling1D(keepdims), x.Masked(mask));
        var largest = Of(new GlobalMaxPooling1D(keepdims), x.Masked(mask));

        mean.ShouldMatch([3.5, -4, 0, 0], Tolerance.Float32, "the means; 0 where no step is there");
        largest.ShouldMatch([6, -3, 0, 0], Tolerance.None, "the largest");
        (StepMasks.Of(mean), StepMasks.Of(largest)).Should().Be((null, null));
    }

    [Fact]
    public void Wrong_input_and_arguments_are_errors()
    {
        using var average = new AveragePooling2D { Name = "p" };
        using var all = new GlobalAveragePooling1D { Name = "g" };

        Errors.Expect<ShapeMismatchException>(
            () => average.OutputShape(new Shape(null, 3, 4, 4, 2)),
            "AveragePooling2D 'p' expects input of rank 4 (samples, height, width, features) but received (None, 3, 4, 4, 2). Films are (samples, pictures, height, width, features): wrap it in TimeDistributed to run it for each picture.");
        Errors.Expect<ShapeMismatchException>(
            () => average.OutputShape(new Shape(null, 1, 4, 2)),
            "AveragePooling2D 'p' slides a window of 2 x 2, so it expects pictures of at least 2 x 2 but received (None, 1, 4, 2). Give it larger pictures, a smaller window, or StepPadding.Same.");
        Errors.Expect<ShapeMismatchException>(
            () => all.OutputShape(new Shape(null, 0, 2)),
            "GlobalAveragePooling1D 'g' sums up time steps, so it expects at least 1 but received (None, 0, 2). Leave out samples that have no steps.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new MaxPooling2D((2, 0)),
            "MaxPooling2D's poolSize must be at least 1, both height and width. (Parameter 'poolSize')\nActual value was Size2D { Height = 2, Width = 0 }.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new AveragePooling1D(padding: StepPadding.Causal),
            "AveragePooling1D has no padding Causal: expected Valid or Same. (Parameter 'padding')\nActual value was Causal.".ReplaceLineEndings());
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

    private static double[] Loops(Tensor pictures, Size2D size, Size2D strides, StepPadding padding, Func<IEnumerable<double>, double> sumUp)
    {
        var x = (double[,,,])Numbers.Shaped(pictures.Values(), pictures.shape);
        var (rows, top) = Windows(x.GetLength(1), size.Height, strides.Height, padding);
        var (columns, left) = Windows(x.GetLength(2), size.Width, strides.Width, padding);
        return
        [
            .. from sample in Enumerable.Range(0, x.GetLength(0))
               from row in Enumerable.Range(0, rows)
               from column in Enumerable.Range(0, columns)
               from feature in Enumerable.Range(0, x.GetLength(3))
               select sumUp(
                   from down in Enumerable.Range((row * strides.Height) - top, size.Height)
                   from across in Enumerable.Range((column * strides.Width) - left, size.Width)
                   where down >= 0 && down < x.GetLength(1) && across >= 0 && across < x.GetLength(2)
                   select x[sample, down, across, feature]),
        ];
    }

    internal static (int Windows, int Before) Windows(int length, int size, int stride, StepPadding padding)
    {
        var windows = padding == StepPadding.Valid ? ((length - size) / stride) + 1 : (int)Math.Ceiling(length / (double)stride);
        return (windows, padding == StepPadding.Same ? Math.Max(((windows - 1) * stride) + size - length, 0) / 2 : 0);
    }
}
