using TorchSharp.Modules;

namespace EchoLstm.Training;

/// <summary>Any of TorchSharp's optimisers, with Torch's formulas and defaults.</summary>
/// <example><code>
/// model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(parameters => torch.optim.AdamW(parameters, lr: 0.01)));
/// </code></example>
public sealed class TorchOptimizer : Optimizer
{
    private readonly Func<IEnumerable<Parameter>, optim.Optimizer> _create;

    /// <summary>Creates the optimiser from a factory, which is called for each model that is compiled with it.</summary>
    /// <param name="create">Makes TorchSharp's optimiser for a model's trainable parameters. The model disposes it.</param>
    /// <remarks>
    /// The learning rate is the one that the factory gives, shown as 0 before the first fit; setting <see cref="Optimizer.LearningRate"/>
    /// overrides it. The factory is called again, and the optimiser begins anew, where parameters were moved, frozen or thawed:
    /// TorchSharp's own can't follow.
    /// </remarks>
    public TorchOptimizer(Func<IEnumerable<Parameter>, optim.Optimizer> create)
        : base(0)
    {
        ArgumentNullException.ThrowIfNull(create);
        _create = create;
    }

    /// <inheritdoc/>
    public override string Name => "torch";

    internal override ParameterUpdate Begin(TrainedWeights trained)
    {
        var optimizer = _create(trained.Parameters)
            ?? throw new InvalidOperationException(
                "The function that TorchOptimizer was given returned null. Return TorchSharp's optimiser, e.g. parameters => "
                    + "torch.optim.AdamW(parameters).");
        var moved = optimizer.parameters().Select(parameter => parameter.Handle).ToHashSet();
        if (!trained.Parameters.Any(parameter => moved.Contains(parameter.Handle)))
        {
            optimizer.Dispose();
            throw new InvalidOperationException(
                "The function that TorchOptimizer was given made an optimiser of other parameters than the model's, so that nothing would "
                    + "train. Make it of those that it is given, e.g. parameters => torch.optim.AdamW(parameters).");
        }
        ShowRate(optimizer.ParamGroups.First().LearningRate);
        return new Update(this, trained, optimizer);
    }

    private sealed class Update(TorchOptimizer owner, TrainedWeights trained, optim.Optimizer optimizer) : ParameterUpdate(owner, trained)
    {
        private long _steps;

        protected override void Move(Tensor?[] gradients)
        {
            var rate = owner.RateAt(++_steps);
            if (owner.IsRateSet || owner.LearningRateSchedule is not null)
            {
                foreach (var group in optimizer.ParamGroups)
                {
                    group.LearningRate = rate;
                }
            }
            using var grad = enable_grad();
            using var loss = optimizer.step();
        }

        public override void Dispose() => optimizer.Dispose();
    }
}
