namespace EchoLstm.Tests.Layers;

public class Conv1DTests
{
    public static TheoryData<StepPadding> Paddings => [.. Enum.GetValues<StepPadding>()];

    [Theory]
    [InlineData(true, 3 * 2 * 4 + 4)]
    [InlineData(false, 3 * 2 * 4)]
    public void Its_kernel_has_Kerass_layout_and_initial_values(bool useBias, long expected)
    {
        using var conv = new Conv1D(4, 3, useBias: useBias) { Seed = 1 };
        conv.Build(new Shape(null, 10, 2));

        conv.CountParameters().Should().Be(expected);
        conv.CountingFormula.Should().Be(useBias ? "3 * 2 * 4 + 4" : "3 * 2 * 4");
        var kernel = conv.GetWeights()[0];
        (kernel.GetLength(0), kernel.GetLength(1), kernel.GetLength(2)).Should().Be((3, 2, 4));
        // Glorot: each output has 3 * 2 inputs, each input 3 * 4 outputs.
        var limit = Math.Sqrt(6.0 / (6 + 12));
        kernel.Values().Should().OnlyContain(value => Math.Abs(value) <= limit);
        kernel.Values().Max(Math.Abs).Should().BeGreaterThan(0.8 * limit);
        if (useBias)
        {
            conv.GetWeights()[1].Values().Should().Equal(0, 0, 0, 0);
        }
    }

    [Fact]
    public void It_gives_the_numbers_that_one_adds_up_by_hand()
    {
        using var scope = NewDisposeScope();
        using var conv = new Conv1D(1, 2);
        conv.Build(new Shape(null, 3, 1));
        conv.SetWeights([new float[,,] { { { 1 } }, { { 10 } } }, new float[] { 0.5f }]);

        // 1 + 10 * 2 + .5 and 2 + 10 * 3 + .5
        conv.call(tensor(new float[,,] { { { 1 }, { 2 }, { 3 } } })).ShouldMatch([21.5, 32.5], Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Paddings))]
    public void It_equals_loops_over_the_definition_for_all_sizes(StepPadding padding)
    {
        for (var steps = 1; steps <= 7; steps++)
        {
            for (var size = 1; size <= 4; size++)
            {
                for (var stride = 1; stride <= 3; stride++)
                {
                    if (padding == StepPadding.Valid && size > steps)
                    {
                        continue;
                    }
                    using var scope = NewDisposeScope();
                    using var conv = new Conv1D(2, size, stride, padding, Activation.Tanh);
                    var x = Numbers.Uniform(steps, [2, steps, 3], 1, ScalarType.Float64);
                    conv.Build(Shape.Of(x));
                    conv.to(ScalarType.Float64);
                    conv.WithArbitraryWeights(size);

                    var output = conv.call(x);

                    Shape.Of(output).Should().Equal(conv.OutputShape(Shape.Of(x)));
                    output.ShouldMatch(
                        Loops((double[,,])Numbers.Shaped(x.Values(), x.shape), (double[,,])conv.GetWeights()[0], (double[])conv.GetWeights()[1], stride, padding),
                        Tolerance.Float64, $"{steps} steps, window {size}, stride {stride}");
                }
            }
        }
    }

    [Fact]
    public void With_causal_padding_no_output_step_has_seen_a_later_input_step()
    {
        using var scope = NewDisposeScope();
        using var conv = new Conv1D(2, 3, padding: StepPadding.Causal) { Seed = 1 };
        var x = Numbers.Uniform(1, [1, 6, 2]);
        var changed = cat([x.narrow(1, 0, 4), x.narrow(1, 4, 2) + 1], 1);

        conv.call(changed).narrow(1, 0, 4).ShouldMatchTensor(conv.call(x).narrow(1, 0, 4), Tolerance.None);
    }

    [Theory]
    [InlineData(StepPadding.Valid, 1, "(None, 8, 4)")]
    [InlineData(StepPadding.Valid, 2, "(None, 4, 4)")]
    [InlineData(StepPadding.Same, 1, "(None, 10, 4)")]
    [InlineData(StepPadding.Same, 3, "(None, 4, 4)")]
    [InlineData(StepPadding.Causal, 3, "(None, 4, 4)")]
    public void Its_output_has_a_step_for_each_window(StepPadding padding, int strides, string expected)
    {
        using var conv = new Conv1D(4, 3, strides, padding);

        conv.OutputShape(new Shape(null, 10, 2)).ToString().Should().Be(expected);
        conv.OutputShape(new Shape(null, null, 2)).ToString().Should().Be("(None, None, 4)");
    }

    [Fact]
    public void A_model_reads_frames_of_a_sequence_with_it()
    {
        // 128 steps as 4 frames of 32, a convolution per frame.
        using var model = new SequentialModel(
            new TimeDistributed(new Conv1D(8, 3, activation: Activation.Relu)), new TimeDistributed(new MaxPooling1D(2)), new TimeDistributed(new Flatten()), new Lstm(5), new Dense(1));
        model.Build(-1, 32, 9);

        model.Layers.Aggregate(model.InputShape!, (shape, layer) => layer.OutputShape(shape)).ToString().Should().Be("(None, 1)");
        model.Layers[2].OutputShape(new Shape(null, null, 15, 8)).ToString().Should().Be("(None, None, 120)");
        model.CountParameters().Should().Be((3 * 9 * 8) + 8 + (4 * ((121 * 5) + 25)) + 6);
        using var output = model.Predict(new float[2, 4, 32, 9]);
        output.shape.Should().Equal(2, 1);
    }

    [Fact]
    public void Wrong_input_and_arguments_are_errors()
    {
        using var conv = new Conv1D(2, 4) { Name = "c" };

        Errors.Expect<ShapeMismatchException>(
            () => conv.OutputShape(new Shape(null, 5)),
            "Conv1D 'c' expects input of rank 3 (samples, time steps, features) but received (None, 5). Reshape single numbers a step to (samples, time steps, 1); after a recurrent layer, give that one returnSequences: true.");
        Errors.Expect<ShapeMismatchException>(
            () => conv.OutputShape(new Shape(null, 5, 4, 2)),
            "Conv1D 'c' expects input of rank 3 (samples, time steps, features) but received (None, 5, 4, 2). Wrap it in TimeDistributed to run it for each step of a longer shape.");
        Errors.Expect<ShapeMismatchException>(
            () => conv.OutputShape(new Shape(null, 3, 2)),
            "Conv1D 'c' slides a window of 4 time steps, so it expects at least 4 but received (None, 3, 2). Give it longer sequences, a smaller window, or StepPadding.Same.");
        Errors.Expect<ShapeMismatchException>(
            () => conv.Build(new Shape(null, 5, null)),
            "Conv1D 'c' must know the number of features to make its weights but received (None, 5, None). Give the last axis a length.");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Conv1D(1, 0), "Conv1D's kernelSize must be at least 1. (Parameter 'kernelSize')\nActual value was 0.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Conv1D(1, 1, padding: (StepPadding)7),
            "7 is no padding: expected one of Valid, Same, Causal. (Parameter 'padding')\nActual value was 7.".ReplaceLineEndings());
    }

    private static double[] Loops(double[,,] x, double[,,] kernel, double[] bias, int stride, StepPadding padding)
    {
        var (steps, size) = (x.GetLength(1), kernel.GetLength(0));
        var windows = padding == StepPadding.Valid ? ((steps - size) / stride) + 1 : (int)Math.Ceiling(steps / (double)stride);
        var before = padding switch
        {
            StepPadding.Same => Math.Max(((windows - 1) * stride) + size - steps, 0) / 2,
            StepPadding.Causal => size - 1,
            _ => 0,
        };
        var output = new List<double>();
        for (var sample = 0; sample < x.GetLength(0); sample++)
        {
            for (var window = 0; window < windows; window++)
            {
                for (var filter = 0; filter < bias.Length; filter++)
                {
                    var sum = bias[filter];
                    for (var tap = 0; tap < size; tap++)
                    {
                        var step = (window * stride) + tap - before;
                        for (var feature = 0; feature < x.GetLength(2) && step >= 0 && step < steps; feature++)
                        {
                            sum += x[sample, step, feature] * kernel[tap, feature, filter];
                        }
                    }
                    output.Add(Math.Tanh(sum));
                }
            }
        }
        return [.. output];
    }
}
