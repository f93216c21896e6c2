using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>Any TorchSharp module as a layer; it comes with its weights, and its output shape is found by a trial run.</summary>
internal sealed class ModuleLayer : Layer
{
    private readonly nn.Module<Tensor, Tensor> _module;

    internal ModuleLayer(nn.Module<Tensor, Tensor> module)
        : base(module.GetName())
    {
        _module = module;
        register_module("module", module);
    }

    internal override IReadOnlyList<LayerWeight> Weights =>
        [.. _module.named_parameters().Select(named => new LayerWeight(named.name, () => _module.get_parameter(named.name)!, parameter => parameter.alias()))];

    internal override IReadOnlyList<LayerWeight> StoredWeights =>
        [.. Weights, .. _module.named_buffers().Select(named => new LayerWeight(named.name, () => _module.get_buffer(named.name)!, buffer => buffer.alias()))];

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        if (inputShape.Skip(1).Any(length => length is null))
        {
            throw new ShapeMismatchException(
                $"{Title} is a TorchSharp module, whose output shape is found by running it, so it needs every length but that of the samples; received {inputShape}. Give the lengths at Build.",
                "(samples, ...) with every length known",
                inputShape.ToString());
        }
        var wasTraining = _module.training;
        _module.eval();
        try
        {
            using var scope = NewDisposeScope();
            using var withoutGradients = no_grad();
            var model = _module.parameters().FirstOrDefault();
            long[] trial = [1, .. inputShape.Skip(1).Select(length => length!.Value)];
            var output = _module.forward(zeros(trial, dtype: model?.dtype, device: model?.device));
            return new Shape([inputShape[0], .. Shape.Of(output).Skip(1)]);
        }
        catch (ExternalException error)
        {
            throw new ShapeMismatchException($"{Title} can't take input of shape {inputShape}: {error.Message}", "as the module wants it", inputShape.ToString(), error);
        }
        finally
        {
            _module.train(wasTraining);
        }
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
    }

    private protected override void CheckInput(Shape inputShape)
    {
        // The module checks what it gets.
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (mask is not null)
        {
            throw new InvalidOperationException($"{Title} is a TorchSharp module and would not see which time steps are masked. Wrap it in TimeDistributed to apply it to each step, or put it behind a layer that returns its last step alone.");
        }
        var output = _module.call(input);
        return ReferenceEquals(output, input) ? input.alias() : output;
    }
}
