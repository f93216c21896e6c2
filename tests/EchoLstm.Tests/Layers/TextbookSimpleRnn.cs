namespace EchoLstm.Tests.Layers;

/// <summary>The plain recurrent layer (Elman 1990) as loops over single numbers in double precision: h' = activation(x W + h U + b).</summary>
internal sealed class TextbookSimpleRnn(SimpleRnn layer)
{
    private readonly double[,] _kernel = (double[,])layer.GetWeights()[0];
    private readonly double[,] _recurrent = (double[,])layer.GetWeights()[1];
    private readonly double[]? _bias = layer.UseBias ? (double[])layer.GetWeights()[2] : null;

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
                if (!used[sample, at])
                {
                    outputs[sample][t] = t > 0 ? outputs[sample][t - 1] : new double[Units];
                    continue;
                }
                var sums = new double[Units];
                for (var unit = 0; unit < Units; unit++)
                {
                    sums[unit] = _bias?[unit] ?? 0;
                    for (var feature = 0; feature < x.GetLength(2); feature++)
                    {
                        sums[unit] += x[sample, at, feature] * _kernel[feature, unit];
                    }
                    for (var before = 0; before < Units; before++)
                    {
                        sums[unit] += h[sample][before] * _recurrent[before, unit];
                    }
                }
                outputs[sample][t] = h[sample] = TextbookActivation.Apply(layer.Activation, sums);
            }
        }
        return outputs;
    }
}
