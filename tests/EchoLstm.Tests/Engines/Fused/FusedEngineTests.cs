using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Engines.Fused;

public sealed class FusedEngineTests
{
    private const int Epochs = 25;

    // Both are float32; sums run in another order, and an optimiser that divides by a gradient's size enlarges the difference.
    private const double LossTolerance = 1e-4;
    private const double WeightTolerance = 1e-3;
    private const double OutputTolerance = 1e-3;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1001, 80)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_models_train_alike_on_both_engines(int seed)
    {
        using var scope = NewDisposeScope();
        using var fused = RandomCase.Create(seed);
        using var torchOwn = RandomCase.Create(seed);
        fused.Model.RequestedEngine = EngineKind.Fused;
        torchOwn.Model.RequestedEngine = EngineKind.Torch;

        var one = fused.Fit(Epochs);
        var other = torchOwn.Fit(Epochs);

        one.Engine.Kind.Should().Be(EngineKind.Fused);
        other.Engine.Kind.Should().Be(EngineKind.Torch);
        foreach (var name in other.Names)
        {
            foreach (var (a, b) in one[name].Zip(other[name]))
            {
                a.Should().BeApproximately(b, LossTolerance * (1 + Math.Abs(b)), "{0} of {1}", name, fused.Description);
            }
        }
        foreach (var (a, b) in fused.Model.GetWeights().Zip(torchOwn.Model.GetWeights()))
        {
            a.Cast<float>().Zip(b.Cast<float>(), (p, q) => Math.Abs(p - q)).Max().Should().BeLessThan((float)WeightTolerance, "{0}", fused.Description);
        }
        Same(fused.Model.Predict(fused.X, carryState: true), torchOwn.Model.Predict(fused.X, carryState: true), fused.Description);
    }

    [Fact]
    public void Weights_that_the_user_changes_in_place_are_honoured()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var x = EchoSequence.FrameManyToMany(EchoSequence.Linear(5)).X;
        var before = model.Predict<float[,,]>(x);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
            {
                parameter.mul_(0.5);
            }
        }
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        var after = model.Predict<float[,,]>(x);
        after.Should().NotBeEquivalentTo(before);
        using var input = tensor(x);
        using var eager = model.call(input);
        after.Cast<float>().Should().Equal(eager.data<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_model_of_doubles_runs_on_torch()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        model.to(ScalarType.Float64);
        model.Engine.Kind.Should().Be(EngineKind.Torch);
        model.Engine.Reason.Should().Be("Lstm 'lstm_1': its weights are Float64, not Float32");
    }

    private static void Same(Tensor a, Tensor b, string description) =>
        (a - b).abs().max().ToDouble().Should().BeLessThan(OutputTolerance * (1 + b.abs().max().ToDouble()), "the outputs of {0}", description);
}
