using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Models.Saving;

/// <summary>The names and shapes of the weights that a layer would make, found without making any: a file is checked against them first.</summary>
internal static class WeightShapes
{
    /// <summary>The weights of a layer for an input shape, named as <see cref="Layer.Weights"/> names them.</summary>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    internal static IEnumerable<(string Name, long[] Shape)> Of(Layer layer, Shape input) => layer switch
    {
        SequentialModel model => OfModel(model, input),
        TimeDistributed each => Of(each.InnerLayer, TimeDistributed.StepShape(input)),
        Bidirectional both => Below("forward", Of(both.Forward, input)).Concat(Below("backward", Of(both.Backward, input))),
        Lstm lstm => Recurrent(4, lstm.Units, Features(layer, input), lstm.UseBias ? [4L * lstm.Units] : null),
        Gru gru => Recurrent(3, gru.Units, Features(layer, input), !gru.UseBias ? null : gru.ResetAfter ? [2, 3L * gru.Units] : [3L * gru.Units]),
        SimpleRnn rnn => Recurrent(1, rnn.Units, Features(layer, input), rnn.UseBias ? [rnn.Units] : null),
        Dense dense => KernelAndBias([Features(layer, input), dense.Units], dense.UseBias),
        Conv1D convolution => KernelAndBias([convolution.KernelSize, Features(layer, input), convolution.Filters], convolution.UseBias),
        Embedding embedding => [("embeddings", [embedding.InputDim, embedding.OutputDim])],
        AdditiveAttention attention => attention.UseScale ? [("scale", [Features(layer, input)])] : [],
        AttentionDecoder decoder => OfDecoder(decoder.Units, Features(layer, input)),
        _ => [],
    };

    private static IEnumerable<(string Name, long[] Shape)> OfModel(SequentialModel model, Shape input)
    {
        var shape = input;
        foreach (var layer in model.Layers)
        {
            var next = layer.OutputShape(shape);
            foreach (var weight in Below(layer.Name, Of(layer, shape)))
            {
                yield return weight;
            }
            shape = next;
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> OfDecoder(long units, long features) =>
    [
        .. Below("query", KernelAndBias([units, units], hasBias: false)),
        .. Below("key", KernelAndBias([features, units], hasBias: true)),
        .. Below("attention", [("scale", [units])]),
        .. Below("lstm", Recurrent(4, units, features, [4 * units])),
    ];

    private static IEnumerable<(string Name, long[] Shape)> Recurrent(long gates, long units, long features, long[]? bias) =>
    [
        ("kernel", [features, gates * units]),
        ("recurrent_kernel", [units, gates * units]),
        .. bias is null ? Array.Empty<(string, long[])>() : [("bias", bias)],
    ];

    private static IEnumerable<(string Name, long[] Shape)> KernelAndBias(long[] kernel, bool hasBias) =>
        hasBias ? [("kernel", kernel), ("bias", [kernel[^1]])] : [("kernel", kernel)];

    private static IEnumerable<(string Name, long[] Shape)> Below(string name, IEnumerable<(string Name, long[] Shape)> weights) =>
        weights.Select(weight => ($"{name}/{weight.Name}", weight.Shape));

    private static long Features(Layer layer, Shape input) => input.Last ?? throw new ShapeMismatchException(
        $"{layer.Title} must know the number of features but the input is {input}.",
        "(samples, ..., features)",
        input.ToString());
}
