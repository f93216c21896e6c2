using EchoLstm.Kernels;
using EchoLstm.Tests.Layers;

namespace EchoLstm.Tests.Kernels;

/// <summary>The cells' steps against the equations as loops over single numbers, which are the layers' oracle too.</summary>
public sealed class RecurrentCellTests
{
    private const int Samples = 2, Steps = 4, Features = 3;

    private static readonly bool[,] AllUsed = { { true, true, true, true }, { true, true, true, true } };

    public static TheoryData<int> AllWidths => Widths.All;

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void An_Lstms_step_is_the_textbooks(int width) => Check(
        width,
        (units, gate, squash, bias) => new Lstm(units, returnSequences: true, activation: squash, recurrentActivation: gate, useBias: bias),
        layer => (x, h) => TextbookLstm.Of((Lstm)layer).Run(x, h, Zeros(layer.Units)));

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void A_Grus_step_is_the_textbooks(int width)
    {
        foreach (var resetAfter in (bool[])[true, false])
        {
            Check(
                width,
                (units, gate, squash, bias) => new Gru(
                    units, returnSequences: true, activation: squash, recurrentActivation: gate, useBias: bias, resetAfter: resetAfter),
                layer => (x, h) => new TextbookGru((Gru)layer).Run(x, h, AllUsed));
        }
    }

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void A_SimpleRnns_step_is_the_textbooks(int width) => Check(
        width,
        (units, _, squash, bias) => new SimpleRnn(units, returnSequences: true, activation: squash, useBias: bias),
        layer => (x, h) => new TextbookSimpleRnn((SimpleRnn)layer).Run(x, h, AllUsed));

    private static double[][] Zeros(int units) => [.. Enumerable.Range(0, Samples).Select(_ => new double[units])];

    private static void Check(
        int width,
        Func<int, Activation, Activation, bool, RecurrentLayer> make,
        Func<RecurrentLayer, Func<double[,,], double[][], double[][][]>> textbookOf)
    {
        foreach (var units in (int[])[1, 5, 17, 49])
        {
            foreach (var (gate, squash, bias) in new[]
            {
                (Activation.Sigmoid, Activation.Tanh, true), (Activation.HardSigmoid, Activation.Relu, true), (Activation.Sigmoid, Activation.Linear, false),
            })
            {
                using var scope = NewDisposeScope();
                using var layer = make(units, gate, squash, bias);
                var shape = new Shape(null, null, Features);
                layer.Build(shape);
                layer.WithArbitraryWeights(units);
                var x = Numbers.Uniform(units, [Samples, Steps, Features]);
                using var weights = new HeldWeights([layer.Settings], shape, layer.GetWeights(), (LaneWidth)width);
                layer.to(ScalarType.Float64);
                var expected = textbookOf(layer)((double[,,])Numbers.Shaped(x.Values(), x.shape), Zeros(units));

                var outputs = weights.Run(x.data<float>().ToArray(), Samples, Steps);

                tensor(outputs).ShouldMatch(
                    [.. expected.SelectMany(steps => steps.SelectMany(step => step))], Tolerance.Float32, $"{units} units, {gate}, {squash}");
            }
        }
    }
}
