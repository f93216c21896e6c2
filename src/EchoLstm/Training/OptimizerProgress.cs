namespace EchoLstm.Training;

/// <summary>
/// What an optimiser learned on the way: how many steps it took, and what it remembers of each parameter, laid out like the parameter. So
/// it can go on in another engine or process. Owns its tensors, which are on the CPU.
/// </summary>
internal sealed class OptimizerProgress : IDisposable
{
    private readonly Dictionary<string, Tensor[]> _moments = [];

    internal OptimizerProgress(long steps) => Steps = steps;

    internal long Steps { get; }

    /// <summary>By the parameter's name, the numbers of <see cref="Optimizer.Remembers"/>, one tensor each.</summary>
    internal IReadOnlyDictionary<string, Tensor[]> Moments => _moments;

    /// <summary>Takes what is remembered of a parameter; the tensors are this object's from now on.</summary>
    internal void Add(string parameter, Tensor[] moments)
    {
        _moments.Add(parameter, moments);
        foreach (var moment in moments)
        {
            moment.DetachFromDisposeScope();
        }
    }

    internal OptimizerProgress Copy()
    {
        var copy = new OptimizerProgress(Steps);
        foreach (var (parameter, moments) in _moments)
        {
            copy.Add(parameter, [.. moments.Select(moment => moment.clone())]);
        }
        return copy;
    }

    public void Dispose()
    {
        foreach (var moment in _moments.Values.SelectMany(moments => moments))
        {
            moment.Dispose();
        }
        _moments.Clear();
    }
}
