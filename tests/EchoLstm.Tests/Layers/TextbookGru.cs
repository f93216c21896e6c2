namespace EchoLstm.Tests.Layers;

/// <summary>
/// The GRU's equations (Cho et al. 2014) as loops over single numbers in double precision: the oracle for the layer. Weights as Keras lays them out, gates z, r, h:
/// kernel (features, 3 units), recurrent kernel (units, 3 units), bias (3 units), or (2, 3 units) where the reset gate works after the recurrent product.
/// </summary>
internal sealed class TextbookGru(Gru layer)
{
    private readonly double[,] _kernel = (double[,])layer.GetWeights()[0];
    private readonly double[,] _recurrent = (double[,])layer.GetWeights()[1];
    private readonly double[]? _bias = layer.UseBias ? layer.GetWeights()[2].Values() : null;

    private int Units => _recurrent.GetLength(0);

    /// <summary>The outputs in the order of computation, [samples][steps][units], and the states after, which replace those given.</summary>
    internal double[][][] Run(double[,,] x, double[][] h, bool[,] used)
    {
        var (samples, steps) = (x.GetLength(0), x.GetLength(1));
        var outputs = new double[samples][][];
        for (var sample = 0; sample < samples; sample++)
        {
            outputs[sample] = new double[steps][];
            for (var t = 0; t < steps; t++)
            {
                var at = layer.GoBackwards ? steps - 1 - t : t;
                if (used[sample, at])
                {
                    outputs[sample][t] = h[sample] = Step(x, sample, at, h[sample]);
                }
                else
                {
                    outputs[sample][t] = t > 0 ? outputs[sample][t - 1] : new double[Units];
                }
            }
        }
        return outputs;
    }

    private double[] Step(double[,,] x, int sample, int step, double[] h)
    {
        var z = Apply(layer.RecurrentActivation, unit => Input(0, unit) + Recurrent(0, unit, h) + RecurrentBias(0, unit));
        var r = Apply(layer.RecurrentActivation, unit => Input(1, unit) + Recurrent(1, unit, h) + RecurrentBias(1, unit));
        var reset = h.Select((value, unit) => value * r[unit]).ToArray();
        var candidate = Apply(layer.Activation, unit => Input(2, unit) + (layer.ResetAfter
            ? r[unit] * (Recurrent(2, unit, h) + RecurrentBias(2, unit))
            : Recurrent(2, unit, reset)));
        return [.. Enumerable.Range(0, Units).Select(unit => (z[unit] * h[unit]) + ((1 - z[unit]) * candidate[unit]))];

        double Input(int gate, int unit) =>
            (_bias?[(gate * Units) + unit] ?? 0) + Enumerable.Range(0, x.GetLength(2)).Sum(feature => x[sample, step, feature] * _kernel[feature, (gate * Units) + unit]);
    }

    private double[] Apply(Activation activation, Func<int, double> gate) => TextbookActivation.Apply(activation, [.. Enumerable.Range(0, Units).Select(gate)]);

    private double Recurrent(int gate, int unit, double[] h) =>
        Enumerable.Range(0, Units).Sum(before => h[before] * _recurrent[before, (gate * Units) + unit]);

    // The second row of the bias.
    private double RecurrentBias(int gate, int unit) => _bias is null || !layer.ResetAfter ? 0 : _bias[(3 * Units) + (gate * Units) + unit];
}
