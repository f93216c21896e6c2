namespace TorchSharp;

/// <summary>A module that measures how far a prediction is off.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the loss.</typeparam>
public abstract class Loss<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>
{
    /// <summary>Makes a loss.</summary>
    /// <param name="reduction">What to do with the elements.</param>
    public Loss(torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base("Loss") => this.reduction = reduction;

    /// <summary>What is done with the elements.</summary>
    public torch.nn.Reduction reduction { get; }
}

/// <summary>A module that measures how far a prediction is off.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="T3">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the loss.</typeparam>
public abstract class Loss<T1, T2, T3, TResult> : torch.nn.Module<T1, T2, T3, TResult>
{
    /// <summary>Makes a loss.</summary>
    /// <param name="reduction">What to do with the elements.</param>
    public Loss(torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base("Loss") => this.reduction = reduction;

    /// <summary>What is done with the elements.</summary>
    public torch.nn.Reduction reduction { get; }
}
