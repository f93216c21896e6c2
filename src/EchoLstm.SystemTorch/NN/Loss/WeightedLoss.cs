namespace TorchSharp;

/// <summary>A loss whose elements or classes count differently.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the loss.</typeparam>
public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
{
    /// <summary>Makes a loss.</summary>
    /// <param name="weight">The factors, or null.</param>
    /// <param name="reduction">What to do with the elements.</param>
    public WeightedLoss(torch.Tensor? weight = null, torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(reduction)
        => this.weight = weight;

    /// <summary>The factors, or null.</summary>
    public torch.Tensor? weight { get; }
}

/// <summary>A loss whose elements or classes count differently.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="T3">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the loss.</typeparam>
public abstract class WeightedLoss<T1, T2, T3, TResult> : Loss<T1, T2, T3, TResult>
{
    /// <summary>Makes a loss.</summary>
    /// <param name="weight">The factors, or null.</param>
    /// <param name="reduction">What to do with the elements.</param>
    public WeightedLoss(torch.Tensor? weight = null, torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(reduction)
        => this.weight = weight;

    /// <summary>The factors, or null.</summary>
    public torch.Tensor? weight { get; }
}
