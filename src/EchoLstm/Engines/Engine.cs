using EchoLstm.Training;

namespace EchoLstm.Engines;

/// <summary>
/// Trains on one batch and predicts one batch. The model owns the rest: the order of the data, epochs, states between calls,
/// callbacks and history.
/// </summary>
internal abstract class Engine : IDisposable
{
    internal abstract EngineKind Kind { get; }

    /// <summary>Whether the engine can go on with the model as it is now.</summary>
    internal virtual bool StillFits() => true;

    /// <summary>Called before a fit or a single batch: notices parameters that were replaced, frozen or thawed since.</summary>
    internal abstract void BeginTraining();

    /// <summary>A copy of what the optimiser learned on the way; null where training has not begun or that can't be told. The caller
    /// disposes it.</summary>
    internal abstract OptimizerProgress? ExportOptimizer();

    /// <summary>Goes on from an optimiser's state, after <see cref="BeginTraining"/>; parameters that it does not know begin from
    /// 0.</summary>
    internal abstract void ImportOptimizer(OptimizerProgress state);

    /// <summary>Makes trained weights visible in the modules' own parameters; called before anybody else may look.</summary>
    internal virtual void Publish()
    {
    }

    /// <summary>Whether the last batch's gradients were not finite, so that it moved no weight.</summary>
    internal bool HasLostGradients { get; private protected set; }

    /// <summary>Measures a batch, then moves the weights. Where the loss is not finite they stay as they are.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="figures">Receives the loss, then each metric's sums, all before the update (<see cref="MetricMeans.Batch"/>).</param>
    internal abstract void TrainOnBatch(in Batch batch, Span<double> figures);

    /// <summary>Measures a batch.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="figures">Receives the loss, then each metric's sums.</param>
    internal abstract void EvaluateOnBatch(in Batch batch, Span<double> figures);

    /// <summary>The outputs for a batch; the caller's, or its dispose scope's.</summary>
    internal Tensor PredictOnBatch(in Batch batch) => PredictAllOnBatch(batch)[0];

    /// <summary>Every output for a batch; the caller's, or its dispose scope's.</summary>
    internal abstract Tensor[] PredictAllOnBatch(in Batch batch);

    /// <summary>Whether <see cref="PredictInto"/> works on plain memory.</summary>
    internal virtual bool PredictsInto => false;

    /// <summary>The outputs for inputs in plain memory, samples first; nothing is allocated once the shape is known.</summary>
    /// <param name="inputs">samples · steps · features numbers.</param>
    /// <param name="samples">How many samples.</param>
    /// <param name="steps">How many time steps; 1 where there are none.</param>
    /// <param name="lengths">How many steps of each sample are there; empty: all.</param>
    /// <param name="outputs">Receives the outputs.</param>
    internal virtual void PredictInto(
        ReadOnlySpan<float> inputs, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> outputs) =>
        throw new NotSupportedException();

    public abstract void Dispose();
}
