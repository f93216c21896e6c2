namespace EchoLstm.Tests.Hunt;

/// <summary>What a user's own function may do wrong with a tensor.</summary>
internal enum Fault
{
    None,
    Throws,
    ReturnsNull,
    ReturnsItsInput,
    ReturnsWhatIsDisposed,
    DisposesItsInput,
    ChangesItsInput,
    ChangesTheType,
    AddsAnAxis,
    LosesTheGradient,
    LosesTheNumbers,
}

/// <summary>The error of a user's own code.</summary>
internal sealed class FaultyCodeException() : Exception("The user's own error.");

/// <summary>A user's module, loss and metric, each with a fault.</summary>
internal sealed class FaultyModule(Fault fault) : nn.Module<Tensor, Tensor>(nameof(FaultyModule))
{
    public override Tensor forward(Tensor input) => Apply(fault, input, () => input * 2);

    internal static Recipe<Loss> Loss(Fault fault) =>
        new($"Loss.Custom({fault})", () =>
            EchoLstm.Training.Loss.Custom((truth, predicted) => Apply(fault, predicted, () => (truth - predicted).square().mean())));

    internal static Recipe<Metric> Metric(Fault fault) =>
        new($"Metric.Custom({fault})", () =>
            EchoLstm.Training.Metric.Custom((truth, predicted) => Apply(fault, predicted, () => (truth - predicted).abs().mean()), "own"));

    private static Tensor Apply(Fault fault, Tensor input, Func<Tensor> right)
    {
        switch (fault)
        {
            case Fault.Throws:
                throw new FaultyCodeException();
            case Fault.ReturnsNull:
                return null!;
            case Fault.ReturnsItsInput:
                return input;
            case Fault.ReturnsWhatIsDisposed:
                var disposed = right();
                disposed.Dispose();
                return disposed;
            case Fault.DisposesItsInput:
                var result = right();
                input.Dispose();
                return result;
            case Fault.ChangesItsInput:
                input.detach().mul_(2);
                return right();
            case Fault.ChangesTheType:
                return right().to(ScalarType.Float64);
            case Fault.AddsAnAxis:
                return right().unsqueeze(0);
            case Fault.LosesTheGradient:
                return right().detach();
            case Fault.LosesTheNumbers:
                return right() * float.NaN;
            default:
                return right();
        }
    }
}
