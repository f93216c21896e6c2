namespace EchoLstm.Tests.Layers;

public class Conv2DTests
{
    [Theory]
    [InlineData(true, (3 * 2 * 2 * 4) + 4, "3 * 2 * 2 * 4 + 4")]
    [InlineData(false, 3 * 2 * 2 * 4, "3 * 2 * 2 * 4")]
    public void Its_kernel_has_Kerass_layout_and_initial_values(bool useBias, long expected, string formula)
    {
        using var conv = new Conv2D(4, (3, 2), useBias: useBias) { Seed = 1 };
        conv.Build(new Shape(null, 10, 10, 2));

        conv.CountParameters().Should().Be(expected);
        conv.CountingFormula.Should().Be(formula);
        var kernel = conv.GetWeights()[0];
        Enumerable.Range(0, 4).Select(kernel.GetLength).Should().Equal(3, 2, 2, 4);
        // Glorot: each output has 3 * 2 * 2 inputs, each input 3 * 2 * 4 outputs.
        var limit = Math.Sqrt(6.0 / (12 + 24));
        kernel.Values().Should().OnlyContain(value => Math.Abs(value) <= limit);
        kernel.Values().Max(Math.Abs).Should().BeGreaterThan(0.8 * limit);
    }

    [Fact]
    public void It_gives_the_numbers_that_one_adds_up_by_hand()
    {
        using var scope = NewDisposeScope();
        using var conv = new Conv2D(1, 2);
        conv.Build(new Shape(null, 2, 3, 1));
        conv.SetWeights([new float[,,,] { { { { 1 } }, { { 10 } } }, { { { 100 } }, { { 1000 } } } }, new float[] { 0.5f }]);

        var output = conv.call(tensor(new float[,,,] { { { { 1 }, { 2 }, { 3 } }, { { 4 }, { 5 }, { 6 } } } }));

        output.ShouldMatch([1 + 20 + 400 + 5000 + 0.5, 2 + 30 + 500 + 6000 + 0.5], Tolerance.Float32);
    }

    [Theory]
    [InlineData(StepPadding.Valid)]
    [InlineData(StepPadding.Same)]
    public void It_equals_loops_over_the_definition(StepPadding padding)
    {
        foreach (var (height, width, size, strides) in new (int, int, Size2D, Size2D)[]
        {
            (4, 4, 2, 1), (3, 5, (2, 3), 1), (5, 4, (3, 1), (2, 3)), (3, 3, 3, 2), (4, 7, (1, 2), (3, 1)),
        })
        {
            using var scope = NewDisposeScope();
            using var conv = new Conv2D(2, size, strides, padding, Activation.Tanh);
            var x = Numbers.Uniform(height, [2, height, width, 3], 1, ScalarType.Float64);
            conv.Build(Shape.Of(x));
            conv.to(ScalarType.Float64);
            conv.WithArbitraryWeights(width);

            var output = conv.call(x);

            Shape.Of(output).Should().Equal(conv.OutputShape(Shape.Of(x)));
            output.ShouldMatch(Loops(x, conv, padding), Tolerance.Float64, $"{size}, {strides}");
        }
    }

    [Fact]
    public void A_model_of_films_trains_saves_and_loads()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(
            new TimeDistributed(new Conv2D(4, 3, activation: Activation.Relu)), new TimeDistributed(new MaxPooling2D()), new TimeDistributed(new Flatten()), new Lstm(5), new Dense(1)) { Seed = 1 };
        model.Build(3, 6, 6, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        var (x, y) = (Numbers.Uniform(1, [8, 3, 6, 6, 1]), Numbers.Uniform(2, [8, 1]));

        var history = model.Fit(x, y, epochs: 20, verbose: 0);
        model.Save(folder.File("films.safetensors"));
        using var loaded = SequentialModel.Load(folder.File("films.safetensors"));

        history.Loss[^1].Should().BeLessThan(history.Loss[0] / 2);
        loaded.Predict(x).ShouldMatchTensor(model.Predict(x), Tolerance.None);
    }

    [Fact]
    public void Wrong_input_and_arguments_are_errors()
    {
        using var conv = new Conv2D(2, (4, 2)) { Name = "c" };

        Errors.Expect<ShapeMismatchException>(
            () => conv.OutputShape(new Shape(null, 8, 8)),
            "Conv2D 'c' expects input of rank 4 (samples, height, width, features) but received (None, 8, 8). Reshape pictures of one colour to (samples, height, width, 1).");
        Errors.Expect<ShapeMismatchException>(
            () => conv.Build(new Shape(null, 8, 8, null)),
            "Conv2D 'c' must know the number of features to make its weights but received (None, 8, 8, None). Give the last axis a length.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Conv2D(2, 3, padding: StepPadding.Causal),
            "Conv2D has no padding Causal: expected Valid or Same. (Parameter 'padding')\nActual value was Causal.".ReplaceLineEndings());
    }

    private static double[] Loops(Tensor pictures, Conv2D conv, StepPadding padding)
    {
        var x = (double[,,,])Numbers.Shaped(pictures.Values(), pictures.shape);
        var (kernel, bias) = ((double[,,,])conv.GetWeights()[0], (double[])conv.GetWeights()[1]);
        var (rows, top) = PoolingTests.Windows(x.GetLength(1), conv.KernelSize.Height, conv.Strides.Height, padding);
        var (columns, left) = PoolingTests.Windows(x.GetLength(2), conv.KernelSize.Width, conv.Strides.Width, padding);
        return
        [
            .. from sample in Enumerable.Range(0, x.GetLength(0))
               from row in Enumerable.Range(0, rows)
               from column in Enumerable.Range(0, columns)
               from filter in Enumerable.Range(0, bias.Length)
               select Math.Tanh(bias[filter] + (
                   from i in Enumerable.Range(0, kernel.GetLength(0))
                   from j in Enumerable.Range(0, kernel.GetLength(1))
                   let down = (row * conv.Strides.Height) - top + i
                   let across = (column * conv.Strides.Width) - left + j
                   where down >= 0 && down < x.GetLength(1) && across >= 0 && across < x.GetLength(2)
                   from feature in Enumerable.Range(0, x.GetLength(3))
                   select x[sample, down, across, feature] * kernel[i, j, feature, filter]).Sum()),
        ];
    }
}
