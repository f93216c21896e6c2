using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace EchoLstm.Tests.Training;

/// <summary>The pass over memory, which float32 takes, against tensor operations, which float64 takes.</summary>
public class ParameterwiseUpdateTests
{
    private const int Steps = 6;
    private const int Margin = 4;
    private const float Canary = 12345;

    public static TheoryData<string> Optimizers => [.. Makers.Keys];

    // Fresh ones: rates are small against the weights, so that a step's rounding is not that of the weights.
    private static Dictionary<string, Func<Optimizer>> Makers => new()
    {
        ["adam"] = () => new Adam(0.01, 0.8, 0.95),
        ["sgd"] = () => new Sgd(0.05),
        ["momentum"] = () => new Sgd(0.05, 0.9),
        ["nesterov"] = () => new Sgd(0.05, 0.9, nesterov: true),
        ["nesterov without momentum"] = () => new Sgd(0.05, 0, nesterov: true),
        ["rmsprop"] = () => new RmsProp(0.01, 0.8),
        ["rmsprop with momentum"] = () => new RmsProp(0.01, 0.8, momentum: 0.7),
        ["rmsprop centred"] = () => new RmsProp(0.01, 0.8, centered: true),
        ["rmsprop centred with momentum"] = () => new RmsProp(0.01, 0.8, momentum: 0.7, centered: true),
        ["clipped"] = () => new Adam(0.01) { ClipValue = 0.1 },
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_length_moves_as_by_tensor_operations_and_nothing_beside_it(string name)
    {
        for (var length = 1; length <= 70; length++)
        {
            using var scope = NewDisposeScope();
            using var buffer = full(length + (2 * Margin), Canary);
            using var initial = Numbers.Uniform(length, [length]);
            buffer.narrow(0, Margin, length).copy_(initial);
            var inMemory = nn.Parameter(buffer.narrow(0, Margin, length));
            var byTensors = nn.Parameter(initial.to(ScalarType.Float64));

            Train(Makers[name](), inMemory, length);
            Train(Makers[name](), byTensors, length);

            inMemory.ShouldMatchTensor(byTensors, Tolerance.Float32, $"{name}, {length} numbers");
            buffer.Values()[..Margin].Should().AllSatisfy(value => value.Should().Be(Canary));
            buffer.Values()[^Margin..].Should().AllSatisfy(value => value.Should().Be(Canary));
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_parameter_that_is_not_dense_moves_too(string name)
    {
        using var scope = NewDisposeScope();
        var initial = Numbers.Uniform(3, [5, 7]);
        var dense = nn.Parameter(initial.clone());
        var transposed = nn.Parameter(initial.t().contiguous().t());
        transposed.is_contiguous().Should().BeFalse();

        Train(Makers[name](), dense, 5, 7);
        Train(Makers[name](), transposed, 5, 7);

        transposed.ShouldMatchTensor(dense, Tolerance.Float32, name);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_parameter_without_gradient_stays(string name)
    {
        using var scope = NewDisposeScope();
        var (moved, still) = (nn.Parameter(ones(3)), nn.Parameter(ones(3)));
        using var update = Makers[name]().Begin(new TrainedWeights([still, moved], [], ["still", "moved"]));
        moved.grad = ones(3);
        using (no_grad())
        {
            update.Step();
        }

        still.Values().Should().Equal(1, 1, 1);
        moved.Values().Should().NotContain(1);
    }

    private static void Train(Optimizer optimizer, Parameter parameter, params long[] shape)
    {
        using var update = optimizer.Begin(new TrainedWeights([parameter], [], ["parameter"]));
        for (var step = 0; step < Steps; step++)
        {
            using var gradient = Numbers.Uniform(100 + step, shape).to(parameter.dtype);
            parameter.grad = gradient;
            using var scope = NewDisposeScope();
            using var withoutGradients = no_grad();
            update.Step();
        }
    }
}
