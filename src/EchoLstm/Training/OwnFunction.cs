using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>Calls the function of a loss or a metric, which may be the user's, and says what is wrong with what it did.</summary>
internal static class OwnFunction
{
    /// <summary>The function's result for a target and an output.</summary>
    /// <param name="function">The function.</param>
    /// <param name="target">The target.</param>
    /// <param name="output">The output.</param>
    /// <param name="whose">What it is the function of, for errors.</param>
    /// <exception cref="InvalidOperationException">It returned nothing to compute with, or disposed what it was given.</exception>
    internal static Tensor Call(Func<Tensor, Tensor, Tensor> function, Tensor target, Tensor output, string whose)
    {
        var result = function(target, output) ?? throw new InvalidOperationException($"The function of {whose} returned null. Return a tensor: one number, or one for each sample or step.");
        if (target.IsInvalid || output.IsInvalid)
        {
            throw new InvalidOperationException($"The function of {whose} disposed a tensor that it was given. Targets and outputs are the model's: leave them as they are.");
        }
        return result.IsInvalid
            ? throw new InvalidOperationException($"The function of {whose} returned a tensor that is disposed. Return it alive: the model disposes it; out of a dispose scope of your own it comes with MoveToOuterDisposeScope.")
            : result;
    }
}
