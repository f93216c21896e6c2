using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

/// <summary>Recurrent layers as the textbooks write them: one number at a time.</summary>
internal sealed class NNRecurrentReference(nn.Module module, string kind, bool bias)
{
    /// <summary>Runs all layers over input[time][batch][feature]; states are [layer * directions][batch][unit], zeros when null.</summary>
    internal (double[][][] Output, double[][][] Hidden, double[][][] Cell) Run(
        double[][][] input, int layers, int units, bool bidirectional, double[][][]? hidden = null, double[][][]? cell = null)
    {
        int batch = input[0].Length, directions = bidirectional ? 2 : 1;
        var lastHidden = new List<double[][]>();
        var lastCell = new List<double[][]>();
        double[][][] sequence = input;
        for (int layer = 0; layer < layers; layer++)
        {
            var outputs = new List<double[][][]>();
            for (int direction = 0; direction < directions; direction++)
            {
                int at = (layer * directions) + direction;
                double[][] h = hidden?[at] ?? Zeros(batch, units), c = cell?[at] ?? Zeros(batch, units);
                string suffix = $"_l{layer}{(direction == 1 ? "_reverse" : "")}";
                outputs.Add(RunOne(sequence, suffix, units, direction == 1, ref h, ref c));
                lastHidden.Add(h);
                lastCell.Add(c);
            }
            sequence = Enumerable.Range(0, input.Length)
                .Select(t => Enumerable.Range(0, batch).Select(b => outputs.SelectMany(output => output[t][b]).ToArray()).ToArray()).ToArray();
        }
        return (sequence, [.. lastHidden], [.. lastCell]);
    }

    private double[][][] RunOne(double[][][] input, string suffix, int units, bool reverse, ref double[][] h, ref double[][] c)
    {
        double[][] inner = NNSamples.Rows(module.get_parameter("weight_ih" + suffix)!);
        double[][] outer = NNSamples.Rows(module.get_parameter("weight_hh" + suffix)!);
        double[] innerBias = Bias("bias_ih" + suffix, inner.Length), outerBias = Bias("bias_hh" + suffix, inner.Length);

        var output = new double[input.Length][][];
        for (int step = 0; step < input.Length; step++)
        {
            int t = reverse ? input.Length - 1 - step : step;
            var nextH = new double[h.Length][];
            var nextC = new double[h.Length][];
            for (int b = 0; b < h.Length; b++)
            {
                double[] x = Affine(inner, input[t][b], innerBias), s = Affine(outer, h[b], outerBias);
                (nextH[b], nextC[b]) = Step(x, s, h[b], c[b], units);
            }
            (h, c) = (nextH, nextC);
            output[t] = nextH;
        }
        return output;
    }

    private (double[] H, double[] C) Step(double[] x, double[] s, double[] h, double[] c, int units)
    {
        var nextH = new double[units];
        var nextC = new double[units];
        for (int u = 0; u < units; u++)
        {
            int second = units + u, third = (2 * units) + u, fourth = (3 * units) + u;
            switch (kind)
            {
                case "LSTM":
                    double i = Sigmoid(x[u] + s[u]), f = Sigmoid(x[second] + s[second]);
                    double g = Math.Tanh(x[third] + s[third]), o = Sigmoid(x[fourth] + s[fourth]);
                    nextC[u] = (f * c[u]) + (i * g);
                    nextH[u] = o * Math.Tanh(nextC[u]);
                    break;
                case "GRU":
                    double r = Sigmoid(x[u] + s[u]), z = Sigmoid(x[second] + s[second]);
                    double n = Math.Tanh(x[third] + (r * s[third]));
                    nextH[u] = ((1 - z) * n) + (z * h[u]);
                    break;
                case "Tanh":
                    nextH[u] = Math.Tanh(x[u] + s[u]);
                    break;
                default:
                    nextH[u] = Math.Max(0, x[u] + s[u]);
                    break;
            }
        }
        return (nextH, nextC);
    }

    private double[] Bias(string name, int length) => bias ? NNSamples.Elements(module.get_parameter(name)!) : new double[length];

    private static double[] Affine(double[][] matrix, double[] vector, double[] offset)
        => [.. matrix.Select((row, r) => row.Zip(vector, (weight, value) => weight * value).Sum() + offset[r])];

    private static double[][] Zeros(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
