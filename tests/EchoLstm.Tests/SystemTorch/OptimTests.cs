using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class OptimTests : IDisposable
{
    private const int Steps = 6;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>One number's optimiser: what a step makes of a value and its gradient.</summary>
    private delegate double Rule(double value, double gradient);

    [Theory]
    [InlineData(0.0, 0.0, 0.0, false, false)]
    [InlineData(0.9, 0.0, 0.0, false, false)]
    [InlineData(0.9, 0.3, 0.1, false, false)]
    [InlineData(0.9, 0.0, 0.1, true, false)]
    [InlineData(0.5, 0.0, 0.0, false, true)]
    public void SGD_agrees_with_a_loop(double momentum, double dampening, double decay, bool nesterov, bool maximize)
        => Check(
            parameters => optim.SGD(parameters, 0.1, momentum, dampening, decay, nesterov, maximize),
            () =>
            {
                double? buffer = null;
                return (value, gradient) =>
                {
                    double g = gradient + (decay * value), direction = g;
                    if (momentum != 0)
                    {
                        buffer = buffer is null ? g : (momentum * buffer.Value) + ((1 - dampening) * g);
                        direction = nesterov ? g + (momentum * buffer.Value) : buffer.Value;
                    }
                    return value + ((maximize ? 0.1 : -0.1) * direction);
                };
            });

    [Theory]
    [InlineData(0.0, false, false)]
    [InlineData(0.1, false, false)]
    [InlineData(0.0, true, false)]
    [InlineData(0.0, false, true)]
    public void Adam_agrees_with_a_loop(double decay, bool amsgrad, bool maximize)
        => Check(
            parameters => optim.Adam(parameters, 0.05, 0.8, 0.9, 1e-7, decay, amsgrad, maximize),
            () =>
            {
                int step = 0;
                double mean = 0, square = 0, largest = 0;
                return (value, gradient) =>
                {
                    double g = (maximize ? -gradient : gradient) + (decay * value);
                    step++;
                    mean = (0.8 * mean) + (0.2 * g);
                    square = (0.9 * square) + (0.1 * g * g);
                    largest = amsgrad ? Math.Max(largest, square) : square;
                    double root = (Math.Sqrt(largest) / Math.Sqrt(1 - Math.Pow(0.9, step))) + 1e-7;
                    return value - (0.05 / (1 - Math.Pow(0.8, step)) * mean / root);
                };
            });

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.2, true)]
    public void AdamW_agrees_with_a_loop(double decay, bool amsgrad)
        => Check(
            parameters => optim.AdamW(parameters, 0.05, 0.8, 0.9, 1e-7, decay, amsgrad),
            () =>
            {
                int step = 0;
                double mean = 0, square = 0, largest = 0;
                return (value, gradient) =>
                {
                    step++;
                    mean = (0.8 * mean) + (0.2 * gradient);
                    square = (0.9 * square) + (0.1 * gradient * gradient);
                    largest = amsgrad ? Math.Max(largest, square) : square;
                    double root = (Math.Sqrt(largest) / Math.Sqrt(1 - Math.Pow(0.9, step))) + 1e-7;
                    return (value * (1 - (0.05 * decay))) - (0.05 / (1 - Math.Pow(0.8, step)) * mean / root);
                };
            });

    [Theory]
    [InlineData(0.0, 0.0, false, false)]
    [InlineData(0.1, 0.9, false, false)]
    [InlineData(0.0, 0.0, true, false)]
    [InlineData(0.0, 0.5, true, true)]
    public void RMSProp_agrees_with_a_loop(double decay, double momentum, bool centered, bool maximize)
        => Check(
            parameters => optim.RMSProp(parameters, 0.02, 0.9, 1e-6, decay, momentum, centered, maximize),
            () =>
            {
                double square = 0, mean = 0, buffer = 0;
                return (value, gradient) =>
                {
                    double g = (maximize ? -gradient : gradient) + (decay * value);
                    square = (0.9 * square) + (0.1 * g * g);
                    mean = centered ? (0.9 * mean) + (0.1 * g) : 0;
                    double root = Math.Sqrt(square - (mean * mean)) + 1e-6;
                    buffer = momentum > 0 ? (momentum * buffer) + (g / root) : g / root;
                    return value - (0.02 * buffer);
                };
            });

    [Fact]
    public void A_closure_is_run_with_gradients_and_its_loss_comes_back()
    {
        var parameter = Parameter(tensor(new[] { 2.0 }));
        using var optimizer = optim.SGD([parameter], 0.25);
        using var frozen = no_grad();

        var loss = optimizer.step(() =>
        {
            var value = parameter.square().sum();
            value.backward();
            return value;
        });

        loss.item<double>().Should().Be(4);
        parameter.item<double>().Should().Be(1);
        optimizer.step().Should().Be(null!);
    }

    [Fact]
    public void Gradients_are_zeroed_and_parameters_without_one_stay()
    {
        var (used, unused) = (Parameter(ones(1)), Parameter(ones(1)));
        using var optimizer = optim.Adam([used, unused]);
        (used * 3).sum().backward();

        optimizer.step();
        optimizer.zero_grad();

        used.item<float>().Should().BeLessThan(1);
        unused.item<float>().Should().Be(1);
        used.grad!.item<float>().Should().Be(0);
        optimizer.parameters().Should().Equal(used, unused);
    }

    [Fact]
    public void Groups_have_settings_of_their_own()
    {
        var (fast, slow) = (Parameter(zeros(1)), Parameter(zeros(1)));
        using var optimizer = optim.SGD(
            [new SGD.ParamGroup([fast], lr: 0.5), new SGD.ParamGroup { Parameters = [slow] }], learningRate: 0.125);
        (fast + slow).sum().backward();

        optimizer.step();

        fast.item<float>().Should().Be(-0.5f);
        slow.item<float>().Should().Be(-0.125f);
        optimizer.ParamGroups.Select(group => group.LearningRate).Should().Equal(0.5, 0.125);
        optimizer.ParamGroups.Select(group => group.InitialLearningRate).Should().Equal(0.5, 0.125);
        foreach (var group in optimizer.ParamGroups) group.LearningRate = 0.25;
        optimizer.step();
        slow.item<float>().Should().Be(-0.375f);
        optimizer.add_param_group(new SGD.ParamGroup([Parameter(zeros(1))], lr: 0.75, momentum: 0.5));
        optimizer.ParamGroups.Should().HaveCount(3);
        ((SGD.ParamGroup)optimizer.ParamGroups.Last()).Momentum.Should().Be(0.5);
    }

    [Fact]
    public void Named_parameters_are_taken_too()
    {
        using var model = Linear(1, 1);
        using var adam = optim.Adam(model.named_parameters());
        using var sgd = optim.SGD(model.named_parameters(), 0.1);
        using var rms = optim.RMSProp(model.named_parameters());

        adam.parameters().Should().HaveCount(2);
        sgd.parameters().Should().HaveCount(2);
        rms.parameters().Should().HaveCount(2);
        adam.Betas.Should().Be((0.9, 0.999));
        sgd.Momentum.Should().Be(0);
        rms.ParamGroups.Single().LearningRate.Should().Be(0.01);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Parameter[] parameters = [Parameter(ones(1))];

        FluentActions.Invoking(() => optim.SGD(parameters, -1)).Should().Throw<ArgumentException>().WithMessage("*learning rate: -1*");
        FluentActions.Invoking(() => optim.SGD(parameters, 1, nesterov: true)).Should().Throw<ArgumentException>().WithMessage("*Nesterov*");
        FluentActions.Invoking(() => optim.SGD(parameters, 1, momentum: -1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => optim.Adam(parameters, beta1: 1)).Should().Throw<ArgumentException>().WithMessage("*beta1: 1*");
        FluentActions.Invoking(() => optim.Adam(parameters, beta2: -0.1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => optim.AdamW(parameters, weight_decay: -1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => optim.RMSProp(parameters, alpha: -1)).Should().Throw<ArgumentException>().WithMessage("*alpha*");
    }

    public static TheoryData<string> Kinds() => new("Adam", "AMSGrad", "AdamW", "SGD", "RMSProp");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_optimiser_goes_on_where_it_was(string kind)
    {
        var (one, other, third) = (Start(), Start(), Start());
        using var first = Make(kind, one, 0.05);
        using var second = Make(kind, other, 0.5);
        using var copy = Make(kind, third, 0.7);
        for (int i = 0; i < 3; i++) Step(first, one);
        using (no_grad())
        {
            other.copy_(one);
            third.copy_(one);
        }

        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true)) first.save_state_dict(writer);
        using (var reader = new BinaryReader(new MemoryStream(memory.ToArray()))) second.load_state_dict(reader);
        copy.load_state_dict(first.state_dict());
        for (int i = 0; i < 3; i++)
        {
            Step(first, one);
            Step(second, other);
            Step(copy, third);
        }

        NNSamples.Elements(other).Should().Equal(NNSamples.Elements(one));
        NNSamples.Elements(third).Should().Equal(NNSamples.Elements(one));
        first.state_dict().State.Zip(second.state_dict().State, (a, b) => a.ApproximatelyEquals(b)).Should().OnlyContain(same => same);
    }

    [Fact]
    public void The_saved_form_is_name_counts_settings_state()
    {
        var parameter = Parameter(ones(1));
        using var optimizer = optim.SGD([parameter], 0.5, momentum: 0.25);
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);

        optimizer.save_state_dict(writer);
        writer.Flush();

        byte[] expected =
        [
            3, .. "SGD"u8, 1, 1,
            .. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(0.25), .. BitConverter.GetBytes(0.0), .. BitConverter.GetBytes(0.0),
            0, 0, 0,
        ];
        memory.ToArray().Should().Equal(expected);
    }

    [Fact]
    public void Another_kind_or_count_is_refused()
    {
        using var sgd = (OptimizerHelper)optim.SGD([Parameter(ones(1))], 0.5);
        using var adam = (OptimizerHelper)optim.Adam([Parameter(ones(1))]);
        using var two = (OptimizerHelper)optim.SGD([Parameter(ones(1)), Parameter(ones(1))], 0.5);
        string file = Path.GetTempFileName();
        try
        {
            sgd.save_state_dict(file);
            adam.Invoking(optimizer => optimizer.load_state_dict(file)).Should().Throw<InvalidDataException>().WithMessage("*expected 'Adam', but found 'SGD'*");
            two.Invoking(optimizer => optimizer.load_state_dict(file)).Should().Throw<ArgumentException>().WithMessage("*number of states*");
            two.Invoking(optimizer => optimizer.load_state_dict(sgd.state_dict())).Should().Throw<ArgumentException>();
            sgd.load_state_dict(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        using var model = Linear(3, 2);
        using var optimizer = optim.Adam(model.parameters());
        using (NewDisposeScope()) model.call(ones(1, 3)).sum().backward();
        optimizer.step();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (int i = 0; i < 20; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            model.call(ones(1, 3)).sum().backward();
            optimizer.step();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Optimisers_fit_a_line()
    {
        manual_seed(2);
        foreach (string kind in new[] { "Adam", "AMSGrad", "AdamW", "SGD", "RMSProp" })
        {
            using var model = Linear(1, 1);
            using var optimizer = Make(kind, model.parameters(), 0.05);
            var x = linspace(-1, 1, 16).reshape(16, 1);
            var y = (x * 3) + 0.5;
            double loss = double.MaxValue;
            for (int i = 0; i < 400; i++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var error = functional.mse_loss(model.call(x), y);
                error.backward();
                optimizer.step();
                loss = error.item<float>();
            }
            loss.Should().BeLessThan(0.01, $"{kind} fits it");
        }
    }

    private static Parameter Start() => Parameter(tensor(new[] { 0.3, -0.8, 1.4 }));

    private static OptimizerHelper Make(string kind, Parameter parameter, double rate) => Make(kind, [parameter], rate);

    private static OptimizerHelper Make(string kind, IEnumerable<Parameter> parameters, double rate) => kind switch
    {
        "Adam" => optim.Adam(parameters, rate),
        "AMSGrad" => optim.Adam(parameters, rate, amsgrad: true),
        "AdamW" => optim.AdamW(parameters, rate),
        "SGD" => optim.SGD(parameters, rate, momentum: 0.5),
        _ => optim.RMSProp(parameters, rate, momentum: 0.3, centered: true),
    };

    private static void Step(optim.Optimizer optimizer, Parameter parameter)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        Loss(parameter).backward();
        optimizer.step();
    }

    // Its gradient, 2 cos x + x / 5, differs at each step and explodes neither way.
    private static Tensor Loss(Tensor x) => ((x.sin() * 2) + (x.square() * 0.1)).sum();

    private static void Check(Func<Parameter[], optim.Optimizer> make, Func<Rule> rule)
    {
        var parameter = Start();
        using var optimizer = make([parameter]);
        double[] values = NNSamples.Elements(parameter);
        Rule[] rules = [.. values.Select(_ => rule())];
        for (int step = 0; step < Steps; step++)
        {
            Step(optimizer, parameter);
            for (int i = 0; i < values.Length; i++)
                values[i] = rules[i](values[i], (2 * Math.Cos(values[i])) + (values[i] / 5));

            double[] actual = NNSamples.Elements(parameter);
            for (int i = 0; i < values.Length; i++) actual[i].Should().BeApproximately(values[i], 1e-10, $"of element {i} after step {step}");
        }
    }
}
