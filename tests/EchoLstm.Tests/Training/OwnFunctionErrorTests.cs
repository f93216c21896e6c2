using System.Runtime.InteropServices;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Training;

/// <summary>What is said of a loss, a metric or an optimiser that is a function of the user's and does not do what it should.</summary>
public class OwnFunctionErrorTests
{
    [Fact]
    public void A_metric_is_null()
    {
        using var model = Model();

        Errors.Expect<ArgumentNullException>(() => model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy(), null!), "One of the metrics is null. (Parameter 'metrics')");
    }

    [Fact]
    public void Functions_return_null()
    {
        using var model = Model();

        model.Compile((_, _) => null!, new Adam());
        Refuses(model, "The function of the loss custom returned null. Return a tensor: one number, or one for each sample or step.");
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((_, _) => null!, "mine"));
        Refuses(model, "The function of the metric mine returned null. Return a tensor: one number, or one for each sample or step.");
        model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(_ => null!));
        Refuses(model, "The function that TorchOptimizer was given returned null. Return TorchSharp's optimiser, e.g. parameters => torch.optim.AdamW(parameters).");
    }

    [Fact]
    public void Functions_dispose_what_the_model_needs()
    {
        const string Dead = "returned a tensor that is disposed. Return it alive: the model disposes it; out of a dispose scope of your own it comes with MoveToOuterDisposeScope.";
        using var model = Model();

        model.Compile((target, output) => Disposing((target - output).square(), result => result), new Adam());
        Refuses(model, $"The function of the loss custom {Dead}");
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((target, output) => Disposing((target - output).abs(), result => result), "mine"));
        Refuses(model, $"The function of the metric mine {Dead}");
        model.Compile((target, output) => Disposing((target - output).square(), _ => output), new Adam());
        Refuses(model, "The function of the loss custom disposed a tensor that it was given. Targets and outputs are the model's: leave them as they are.");
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((target, output) => Disposing((target - output).abs(), _ => target), "mine"));
        Refuses(model, "The function of the metric mine disposed a tensor that it was given. Targets and outputs are the model's: leave them as they are.");

        static Tensor Disposing(Tensor result, Func<Tensor, Tensor> disposed)
        {
            disposed(result).Dispose();
            return result;
        }
    }

    [Fact]
    public void A_loss_that_the_weights_have_no_part_in()
    {
        const string Message = "does not depend on the model's weights, so there is nothing to train by. Compute it from the output with tensors alone, without detach or no_grad, and call Fit outside torch.inference_mode.";
        using var model = Model();

        model.Compile((target, output) => (target - output.detach()).square().mean(), new Adam());
        Refuses(model, $"The loss custom {Message}");
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.RequestedEngine = EngineKind.Torch;
        using (inference_mode())
        {
            Refuses(model, $"The loss mean_squared_error {Message}");
        }
        model.Fit(new float[4, 2, 1], new float[4, 1], verbose: 0).Loss.Should().HaveCount(1);
    }

    [Fact]
    public void Torch_refuses_what_a_function_does()
    {
        using var model = Model();

        model.Compile((target, output) => mm(target, output).mean(), new Adam());
        var thrown = Assert.Throws<InvalidOperationException>(() => Fit(model));
        thrown.Message.Should().StartWith("The loss custom failed on targets of shape (4, 1) and outputs of shape (4, 1), Float32: ");
        thrown.InnerException.Should().BeAssignableTo<ExternalException>();

        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((target, output) => mm(target, output), "mine"));
        thrown = Assert.Throws<InvalidOperationException>(() => Fit(model));
        thrown.Message.Should().StartWith("The metric mine failed on targets of shape (4, 1) and outputs of shape (4, 1), Float32: ");
    }

    private static void Refuses(SequentialModel model, string message) => Errors.ExpectWithoutChange<InvalidOperationException>(model, () => Fit(model), message);

    private static void Fit(SequentialModel model) => model.Fit(new float[4, 2, 1], new float[4, 1], verbose: 0);

    private static SequentialModel Model()
    {
        var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1 };
        model.Build(2, 1);
        return model;
    }
}
