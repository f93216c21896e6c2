using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class NNRecurrentTests
{
    private const int Time = 4, Batch = 3, Features = 2, Units = 3;

    // The loop and libtorch sum in different orders.
    private const double Tolerance = 1e-12;

    public static TheoryData<string, int, bool, bool, bool> Cases()
    {
        var cases = new TheoryData<string, int, bool, bool, bool>();
        foreach (string kind in new[] { "LSTM", "GRU", "Tanh", "ReLU" })
        {
            cases.Add(kind, 1, true, false, false);
            cases.Add(kind, 1, false, true, false);
            cases.Add(kind, 2, true, true, false);
            cases.Add(kind, 1, true, false, true);
            cases.Add(kind, 2, false, true, true);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_textbook_loop(string kind, int layers, bool bias, bool batchFirst, bool bidirectional)
    {
        foreach (bool withState in new[] { false, true })
        {
            using var module = Make(kind, layers, bias, batchFirst, bidirectional);
            NNSamples.FillParameters(module);
            long states = layers * (bidirectional ? 2 : 1);
            using var scope = NewDisposeScope();
            var input = NNSamples.Wave(Time, Batch, Features);
            var h0 = NNSamples.Wave(1.1, states, Batch, Units);
            var c0 = NNSamples.Wave(2.2, states, Batch, Units);

            var expected = new NNRecurrentReference(module, kind, bias).Run(
                Nested(input), layers, Units, bidirectional, withState ? Nested(h0) : null, withState ? Nested(c0) : null);
            var (output, hidden, cell) = Call(module, batchFirst ? input.transpose(0, 1) : input, withState ? h0 : null, withState ? c0 : null);

            output.shape.Should().Equal(batchFirst ? [Batch, Time, Units * (bidirectional ? 2 : 1)] : [Time, Batch, Units * (bidirectional ? 2 : 1)]);
            Same(batchFirst ? output.transpose(0, 1) : output, expected.Output);
            Same(hidden, expected.Hidden);
            if (cell is not null) Same(cell, expected.Cell);
        }
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("Tanh")]
    [InlineData("ReLU")]
    public void Gradients_agree_with_differences(string kind)
    {
        using var module = Make(kind, 1, true, true, false);
        NNSamples.FillParameters(module);
        Tensor[] inputs = [NNSamples.Wave(2, 3, Features), .. module.parameters()];

        GradientCheck.Verify(
            leaves =>
            {
                var (output, hidden, cell) = Call(module, leaves[0], null, null);
                var all = cat([output.reshape(-1), hidden.reshape(-1)], 0);
                return cell is null ? all : cat([all, cell.reshape(-1)], 0);
            },
            inputs);
    }

    [Theory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    [InlineData("Tanh", 1)]
    public void Parameters_have_PyTorchs_names_shapes_and_range(string kind, int gates)
    {
        using var module = Make(kind, 2, true, false, true);

        module.named_parameters().Select(pair => pair.name).Should().Equal(
            "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
            "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse",
            "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1",
            "weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse");
        module.get_parameter("weight_ih_l0")!.shape.Should().Equal(gates * Units, Features);
        module.get_parameter("weight_ih_l1_reverse")!.shape.Should().Equal(gates * Units, 2 * Units);
        module.get_parameter("weight_hh_l1")!.shape.Should().Equal(gates * Units, Units);
        module.get_parameter("bias_hh_l0")!.shape.Should().Equal(gates * Units);
        module.state_dict().Keys.Should().Equal(module.named_parameters().Select(pair => pair.name));

        double bound = 1 / Math.Sqrt(Units);
        double[] drawn = [.. module.parameters().SelectMany(NNSamples.Elements)];
        drawn.Should().OnlyContain(value => Math.Abs(value) <= bound);
        drawn.Max().Should().BeGreaterThan(0.7 * bound);
        drawn.Min().Should().BeLessThan(-0.7 * bound);
        module.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.is_leaf);
    }

    [Fact]
    public void Without_bias_there_are_two_parameters()
    {
        using var lstm = nn.LSTM(Features, Units, bias: false);

        lstm.named_parameters().Select(pair => pair.name).Should().Equal("weight_ih_l0", "weight_hh_l0");
    }

    [Fact]
    public void Equal_seeds_draw_equal_parameters()
    {
        manual_seed(17);
        using var one = nn.LSTM(Features, Units);
        manual_seed(17);
        using var other = nn.LSTM(Features, Units);

        foreach (var (first, second) in one.parameters().Zip(other.parameters()))
            NNSamples.Elements(first).Should().Equal(NNSamples.Elements(second));
    }

    [Fact]
    public void Dropout_lies_between_layers_and_only_while_training()
    {
        using var lstm = nn.LSTM(Features, Units, numLayers: 2, dropout: 0.5, dtype: ScalarType.Float64);
        using var scope = NewDisposeScope();
        var input = NNSamples.Wave(Time, Batch, Features);

        lstm.eval();
        NNSamples.Elements(lstm.call(input).Item1).Should().Equal(NNSamples.Elements(lstm.call(input).Item1));
        lstm.train();
        NNSamples.Elements(lstm.call(input).Item1).Should().NotEqual(NNSamples.Elements(lstm.call(input).Item1));
    }

    [Fact]
    public void Converting_keeps_the_parameter_objects()
    {
        using var lstm = nn.LSTM(Features, Units);
        var before = lstm.parameters().ToArray();

        lstm.to(ScalarType.Float64);

        var after = lstm.parameters().ToArray();
        for (int i = 0; i < before.Length; i++) after[i].Should().BeSameAs(before[i]);
        after.Should().OnlyContain(parameter => parameter.dtype == ScalarType.Float64);
        using var input = NNSamples.Wave(Time, Batch, Features);
        var (output, hidden, cell) = lstm.call(input);
        output.dtype.Should().Be(ScalarType.Float64);
        (output, hidden, cell).Should().NotBeNull();
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using var lstm = nn.LSTM(Features, Units);
        using var scope = NewDisposeScope();
        var states = zeros(1, Batch, Units);

        lstm.Invoking(module => module.call(zeros(Time, Batch, Features + 1)))
            .Should().Throw<ExternalException>().WithMessage("*input.size(-1) must be equal to input_size. Expected 2, got 3*");
        lstm.Invoking(module => module.call(zeros(Time, Features)))
            .Should().Throw<ExternalException>().WithMessage("*input must have 3 dimensions, got 2*");
        lstm.Invoking(module => module.call(zeros(Time, Batch, Features), (zeros(1, Batch + 1, Units), states)))
            .Should().Throw<ExternalException>().WithMessage("*Expected hidden[0] size *1*3*3*, got *1, 4, 3*");
        lstm.Invoking(module => module.call(zeros(Time, Batch, Features), (states, zeros(2, Batch, Units))))
            .Should().Throw<ExternalException>().WithMessage("*Expected hidden[1] size *1*3*3*, got *2, 3, 3*");
    }

    [Fact]
    public void A_disposed_module_refuses()
    {
        var lstm = nn.LSTM(Features, Units);
        lstm.Dispose();
        lstm.Dispose();

        using var input = zeros(Time, Batch, Features);
        lstm.Invoking(module => module.call(input)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Temporary_states_belong_to_nobody()
    {
        using var lstm = nn.LSTM(Features, Units);
        using var scope = NewDisposeScope();

        var (output, hidden, cell) = lstm.call(zeros(Time, Batch, Features));
        output.sum().backward();

        lstm.parameters().Select(parameter => parameter.grad).OfType<Tensor>().Should().HaveCount(4);
        (hidden.IsInvalid || cell.IsInvalid).Should().BeFalse();
    }

    [Fact]
    public void A_plain_layer_gives_its_parameters_by_number()
    {
        using var rnn = nn.RNN(Features, Units, numLayers: 2);
        using var scope = NewDisposeScope();

        rnn.get_weight_ih(1)!.shape.Should().Equal(Units, Units);
        NNSamples.Elements(rnn.get_weight_hh(0)!).Should().Equal(NNSamples.Elements(rnn.get_parameter("weight_hh_l0")!));
        NNSamples.Elements(rnn.get_bias_ih(1)!).Should().Equal(NNSamples.Elements(rnn.get_parameter("bias_ih_l1")!));
        NNSamples.Elements(rnn.get_bias_hh(0)!).Should().Equal(NNSamples.Elements(rnn.get_parameter("bias_hh_l0")!));
    }

    [Fact]
    public void Cells_take_the_steps_of_the_layers()
    {
        using var lstm = nn.LSTM(Features, Units, dtype: ScalarType.Float64);
        using var gru = nn.GRU(Features, Units, dtype: ScalarType.Float64);
        using var lstmCell = nn.LSTMCell(Features, Units, dtype: ScalarType.Float64);
        using var gruCell = nn.GRUCell(Features, Units, dtype: ScalarType.Float64);
        lstmCell.load_state_dict(lstm.state_dict().ToDictionary(pair => pair.Key[..^3], pair => pair.Value));
        gruCell.load_state_dict(gru.state_dict().ToDictionary(pair => pair.Key[..^3], pair => pair.Value));
        using var scope = NewDisposeScope();
        var input = NNSamples.Wave(2, Batch, Features);

        var (_, hidden, cell) = lstm.call(input);
        var start = zeros(Batch, Units, dtype: ScalarType.Float64);
        var first = lstmCell.call(input[0], (start, start));
        var second = lstmCell.call(input[1], first);
        Near(second.Item1, hidden[0]);
        Near(second.Item2, cell[0]);

        var (_, state) = gru.call(input);
        Near(gruCell.call(input[1], gruCell.call(input[0], start)), state[0]);
        NNSamples.Elements(gruCell.weight_ih!).Should().Equal(NNSamples.Elements(gru.get_parameter("weight_ih_l0")!));
    }

    private static nn.Module Make(string kind, int layers, bool bias, bool batchFirst, bool bidirectional) => kind switch
    {
        "LSTM" => nn.LSTM(Features, Units, layers, bias, batchFirst, 0.0, bidirectional, dtype: ScalarType.Float64),
        "GRU" => nn.GRU(Features, Units, layers, bias, batchFirst, 0.0, bidirectional, dtype: ScalarType.Float64),
        _ => nn.RNN(Features, Units, layers, Enum.Parse<nn.NonLinearities>(kind), bias, batchFirst, 0.0, bidirectional, dtype: ScalarType.Float64),
    };

    private static (Tensor Output, Tensor Hidden, Tensor? Cell) Call(nn.Module module, Tensor input, Tensor? hidden, Tensor? cell)
    {
        switch (module)
        {
            case TorchSharp.Modules.LSTM lstm:
                return hidden is null ? lstm.call(input) : lstm.call(input, (hidden, cell!));
            case TorchSharp.Modules.GRU gru:
                var (gruOutput, gruState) = hidden is null ? gru.call(input) : gru.call(input, hidden);
                return (gruOutput, gruState, null);
            default:
                var (output, state) = ((TorchSharp.Modules.RNN)module).call(input, hidden);
                return (output, state, null);
        }
    }

    private static double[][][] Nested(Tensor cube) => [.. Enumerable.Range(0, (int)cube.shape[0]).Select(i => NNSamples.Rows(cube[i]))];

    private static void Same(Tensor actual, double[][][] expected)
    {
        double[] numbers = [.. expected.SelectMany(matrix => matrix.SelectMany(row => row))];
        double[] values = NNSamples.Elements(actual);
        values.Should().HaveSameCount(numbers);
        for (int i = 0; i < values.Length; i++) values[i].Should().BeApproximately(numbers[i], Tolerance, $"of element {i}");
    }

    private static void Near(Tensor actual, Tensor expected)
    {
        double[] numbers = NNSamples.Elements(expected), values = NNSamples.Elements(actual);
        for (int i = 0; i < numbers.Length; i++) values[i].Should().BeApproximately(numbers[i], Tolerance, $"of element {i}");
    }
}
