namespace EchoLstm.Tests.Layers;

/// <summary>
/// The LSTM's equations as loops over single numbers in double precision: the oracle for the layer. Hochreiter and Schmidhuber 1997 with the
/// forget gate of Gers et al. 2000, as Keras lays out its weights: kernel (features, 4 units), recurrent kernel (units, 4 units), bias (4 units), gates i, f, c, o.
/// </summary>
internal sealed class TextbookLstm(double[,] kernel, double[,] recurrent, double[]? bias, Activation activation, Activation recurrentActivation, bool goBackwards)
{
    private int Units => recurrent.GetLength(0);

    internal static TextbookLstm Of(Lstm layer)
    {
        var weights = layer.GetWeights();
        return new TextbookLstm(
            (double[,])weights[0], (double[,])weights[1], layer.UseBias ? (double[])weights[2] : null,
            layer.Activation, layer.RecurrentActivation, layer.GoBackwards);
    }

    /// <summary>The outputs in the order of computation, [samples][steps][units], and the states after, which replace those given.</summary>
    internal double[][][] Run(double[,,] x, double[][] h, double[][] c)
    {
        var steps = x.GetLength(1);
        var outputs = new double[x.GetLength(0)][][];
        for (var sample = 0; sample < outputs.Length; sample++)
        {
            outputs[sample] = new double[steps][];
            for (var t = 0; t < steps; t++)
            {
                var at = goBackwards ? steps - 1 - t : t;
                var i = TextbookActivation.Apply(recurrentActivation, Gate(0, x, sample, at, h[sample]));
                var f = TextbookActivation.Apply(recurrentActivation, Gate(1, x, sample, at, h[sample]));
                var g = TextbookActivation.Apply(activation, Gate(2, x, sample, at, h[sample]));
                var o = TextbookActivation.Apply(recurrentActivation, Gate(3, x, sample, at, h[sample]));
                c[sample] = [.. Enumerable.Range(0, Units).Select(unit => (f[unit] * c[sample][unit]) + (i[unit] * g[unit]))];
                var squashed = TextbookActivation.Apply(activation, c[sample]);
                h[sample] = [.. Enumerable.Range(0, Units).Select(unit => o[unit] * squashed[unit])];
                outputs[sample][t] = h[sample];
            }
        }
        return outputs;
    }

    private double[] Gate(int gate, double[,,] x, int sample, int step, double[] h)
    {
        var sums = new double[Units];
        for (var unit = 0; unit < Units; unit++)
        {
            var column = (gate * Units) + unit;
            sums[unit] = bias?[column] ?? 0;
            for (var feature = 0; feature < x.GetLength(2); feature++)
            {
                sums[unit] += x[sample, step, feature] * kernel[feature, column];
            }
            for (var before = 0; before < Units; before++)
            {
                sums[unit] += h[before] * recurrent[before, column];
            }
        }
        return sums;
    }
}
