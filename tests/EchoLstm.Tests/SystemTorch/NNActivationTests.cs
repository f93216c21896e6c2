using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNActivationTests
{
    private static readonly double[] Inputs = [-4, -2.5, -1, -0.3, 0.2, 1, 2.5, 4];

    // Abramowitz and Stegun 7.1.26 is good to 1.5e-7; this series is exact to double precision for the inputs above.
    private static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    public static TheoryData<string> Names() => new(Cases.Keys);

    private static readonly Dictionary<string, (Module<Tensor, Tensor> Module, Func<Tensor, bool, Tensor> Function, Func<double, double> Formula)> Cases = new()
    {
        ["ReLU"] = (ReLU(), functional.relu, x => Math.Max(0, x)),
        ["Sigmoid"] = (Sigmoid(), functional.sigmoid, x => 1 / (1 + Math.Exp(-x))),
        ["Tanh"] = (Tanh(), functional.tanh, Math.Tanh),
        ["GELU"] = (GELU(), functional.gelu, x => x / 2 * (1 + Erf(x / Math.Sqrt(2)))),
        ["SiLU"] = (SiLU(), functional.silu, x => x / (1 + Math.Exp(-x))),
        ["Hardsigmoid"] = (Hardsigmoid(), functional.hardsigmoid, x => Math.Clamp((x / 6) + 0.5, 0, 1)),
        // TorchSharp's hardtanh gives its input back, its hardtanh_ works.
        ["Hardtanh"] = (Hardtanh(-2, 3, true), (x, inplace) => functional.hardtanh(inplace ? x : x.clone(), -2, 3, true), x => Math.Clamp(x, -2, 3)),
        ["LeakyReLU"] = (LeakyReLU(0.1), (x, inplace) => functional.leaky_relu(x, 0.1, inplace), x => x < 0 ? 0.1 * x : x),
        ["ELU"] = (ELU(0.7), (x, inplace) => functional.elu(x, 0.7, inplace), x => x < 0 ? 0.7 * (Math.Exp(x) - 1) : x),
        ["Softplus"] = (Softplus(2), (x, _) => functional.softplus(x, 2), x => Math.Log(1 + Math.Exp(2 * x)) / 2),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Modules_and_functions_agree_with_the_formula(string name)
    {
        var (module, function, formula) = Cases[name];
        using var scope = NewDisposeScope();
        double[] expected = [.. Inputs.Select(formula)];

        module.call(tensor(Inputs)).ShouldBe([8], expected);
        function(tensor(Inputs), false).ShouldBe([8], expected);
        module.GetName().Should().Be(name);
        module.named_parameters().Should().BeEmpty();
        module.to(ScalarType.Float64).Should().BeSameAs(module);
        GradientCheck.Verify(input => function(input, false), tensor(Inputs));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_place_functions_change_their_input(string name)
    {
        // There is no Softplus in place, and TorchSharp's elu_ leaves its input alone.
        if (name is "Softplus" or "ELU") return;
        using var scope = NewDisposeScope();
        var input = tensor(Inputs);
        double[] expected = [.. Inputs.Select(Cases[name].Formula)];

        Cases[name].Function(input, true).ShouldHold(expected);

        input.ShouldHold(expected);
    }

    [Fact]
    public void In_place_modules_change_their_input()
    {
        using var scope = NewDisposeScope();
        foreach (var module in new Module<Tensor, Tensor>[]
        {
            ReLU(true), Sigmoid(true), Tanh(true), GELU(true), SiLU(true), Hardsigmoid(true), Hardtanh(inplace: true),
            LeakyReLU(inplace: true),
        })
        {
            var input = tensor(Inputs);
            var output = module.call(input);
            NNSamples.Elements(input).Should().Equal(NNSamples.Elements(output)).And.NotEqual(Inputs);
        }
    }

    [Fact]
    public void Softmax_and_its_logarithm()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new[] { 0.0, Math.Log(3), Math.Log(2), Math.Log(6) }).reshape(2, 2);

        Softmax(1).call(input).ShouldBe([2, 2], 0.25, 0.75, 0.25, 0.75);
        Softmax(0).call(input).ShouldBe([2, 2], 1 / 3.0, 1 / 3.0, 2 / 3.0, 2 / 3.0);
        LogSoftmax(-1).call(input).ShouldBe([2, 2], Math.Log(0.25), Math.Log(0.75), Math.Log(0.25), Math.Log(0.75));
        functional.softmax(input, 1, ScalarType.Float32).OfType(ScalarType.Float32).ShouldHold(0.25, 0.75, 0.25, 0.75);
        functional.log_softmax(tensor(new[] { 1000.0, 0.0 }), 0).ShouldHold(0, -1000);
        GradientCheck.Verify(x => functional.softmax(x, 1), NNSamples.Wave(2, 3));
        GradientCheck.Verify(x => functional.log_softmax(x, 0), NNSamples.Wave(2, 3));
    }

    [Fact]
    public void Parameterless_modules_refuse_parameters()
    {
        using var module = ReLU();
        using var scope = NewDisposeScope();

        module.Invoking(m => m.register_parameter("p", Parameter(zeros(1)))).Should().Throw<InvalidOperationException>().WithMessage("*parameter-less*");
        module.Invoking(m => m.register_buffer("b", zeros(1))).Should().Throw<InvalidOperationException>();
        module.Invoking(m => m.register_module("m", Linear(1, 1))).Should().Throw<InvalidOperationException>();
        module.register_module("m", Tanh());
        module.children().Should().ContainSingle();
    }
}
