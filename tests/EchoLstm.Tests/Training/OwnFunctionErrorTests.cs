using System.Runtime.InteropServices;

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

    [Fact]
    public void A_result_that_has_no_mean()
    {
        const string Mend = "Return real floating-point numbers, e.g. those that to(ScalarType.Float32) makes of booleans, or abs() of complex numbers.";
        var results = new Dictionary<string, Func<Tensor, Tensor, Tensor>>
        {
            [$"of Bool. {Mend}"] = (target, output) => output.gt(target),
            [$"of Int64. {Mend}"] = (target, output) => output.gt(target).sum(),
            [$"of ComplexFloat32. {Mend}"] = (_, output) => output.to(ScalarType.ComplexFloat32),
            ["that is sparse. Return a dense one, with to_dense()."] = (_, output) => output.Sparse(),
            ["on the device META, without numbers. Return one on the output's device."] = (_, output) => output.to(DeviceType.META),
            ["of shape (0,), without numbers. Return one number, or one for each sample or step."] = (_, _) => empty(0),
        };
        using var model = Model();
        foreach (var (fault, function) in results)
        {
            model.Compile(function, new Adam());
            Refuses(model, $"The function of the loss custom returned a tensor {fault}");
            model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom(function, "mine"));
            Refuses(model, $"The function of the metric mine returned a tensor {fault}");
        }
    }

    [Fact]
    public void Tensors_that_a_function_disposed()
    {
        using var model = Model();

        Tensor Disposed(Tensor target, Tensor output)
        {
            var result = (target - output).square();
            result.Dispose();
            return result;
        }

        model.Compile(Disposed, new Adam());
        Refuses(model, "The function of the loss custom returned a tensor that is disposed. Take it out of the function's scope with MoveToOuterDisposeScope().");
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom(
            (target, output) =>
            {
                using (target)
                {
                    return (target - output).square();
                }
            },
            "mine"));
        Refuses(model, "The function of the metric mine disposed its target, which others need. Dispose only what it makes.");
    }

    [Fact]
    public void A_result_of_another_shape_than_the_weights_of_the_samples()
    {
        using var model = Model();
        model.Compile((target, output) => (output - target.t()).square(), new Adam()); // (4, 4)
        Fit(model);
        model.Compile((target, output) => (target - output).square().mean([0]), new Adam());

        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => model.Fit(new float[4, 2, 1], new float[4, 1], verbose: 0, sampleWeight: new float[4]),
            "custom gives numbers of shape (1,), but sample weights of shape (4,) need one for each of theirs. Return one number for each sample and time step, not their mean.");
    }

    [Fact]
    public void A_function_that_changes_what_the_gradients_are_computed_from()
    {
        using var model = new SequentialModel(new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        model.Build(1);
        model.Compile((target, output) => (output - target).square() + output.detach().zero_(), new Adam());

        var thrown = Assert.Throws<InvalidOperationException>(() => model.Fit(new float[4, 1], new float[4, 1], verbose: 0));

        thrown.Message.Should().StartWith("The gradients of the loss custom can't be computed; no weight was changed. Does a function of your own change a tensor in place that it was given? ");
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
