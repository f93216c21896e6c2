namespace EchoLstm.Samples.Sunspots;

/// <summary>How far predictions of the next month are from what came, in sunspots.</summary>
/// <param name="Squared">The root of the mean squared error.</param>
/// <param name="Absolute">The mean absolute error.</param>
internal sealed record SunspotErrors(double Squared, double Absolute)
{
    internal static SunspotErrors Of(IReadOnlyList<float> predicted, IReadOnlyList<float> real)
    {
        List<double> errors = [.. predicted.Zip(real, (prediction, number) => (double)prediction - number)];
        return new SunspotErrors(Math.Sqrt(errors.Average(error => error * error)), errors.Average(Math.Abs));
    }
}
