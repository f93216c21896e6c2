namespace EchoLstm.Onnx;

/// <summary>The states that a model's caller carries from call to call: pairs of an input and an output.</summary>
internal sealed class OnnxStates(OnnxGraph graph, object samples)
{
    private readonly Dictionary<string, string> _inputs = []; // by what the output is called without its ending

    /// <summary>Each input, and the output that it gets at the next call.</summary>
    internal Dictionary<string, string> Pairs { get; } = [];

    /// <summary>A state before the first step, (samples, ...).</summary>
    internal string In(string layer, string kind, params long[] shape) =>
        _inputs[$"{layer}_{kind}"] = graph.Input($"{layer}_{kind}_in", OnnxGraph.Float, Axes(shape));

    /// <summary>It after the last step.</summary>
    internal void Out(string layer, string kind, string value, params long[] shape)
    {
        var name = graph.Output($"{layer}_{kind}_out", value, OnnxGraph.Float, Axes(shape));
        Pairs.Add(_inputs[$"{layer}_{kind}"], name);
    }

    private object?[] Axes(long[] shape) => [samples, .. shape.Select(length => (object)length)];
}
