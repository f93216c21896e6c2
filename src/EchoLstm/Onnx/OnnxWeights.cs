using EchoLstm.Models;

namespace EchoLstm.Onnx;

/// <summary>A model's weights by Keras's names, in Keras's layouts, as float32; and what ONNX has instead.</summary>
internal sealed class OnnxWeights
{
    private readonly Dictionary<string, float[]> _values = [];

    /// <summary>Copies a model's weights.</summary>
    /// <exception cref="InvalidOperationException">Two have one name.</exception>
    internal OnnxWeights(Model model)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        foreach (var weight in model.Weights)
        {
            var values = weight.Value().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
            if (!_values.TryAdd(weight.Name, values))
            {
                throw new InvalidOperationException($"Two weights of the model would be called '{weight.Name}' in the file. Give the "
                    + "layers names without '/'.");
            }
        }
    }

    internal float[]? Find(string name) => _values.GetValueOrDefault(name);

    internal float[] this[string name] => _values[name];

    /// <summary>A recurrent layer's kernel (rows, gates · units) as ONNX has it: (gates · units, rows), in ONNX's order of gates.</summary>
    internal static float[] Gates(float[] kernel, int units, ReadOnlySpan<int> order)
    {
        var rows = kernel.Length / (units * order.Length);
        var turned = new float[kernel.Length];
        for (var gate = 0; gate < order.Length; gate++)
        {
            for (var unit = 0; unit < units; unit++)
            {
                for (var row = 0; row < rows; row++)
                {
                    turned[(((gate * units) + unit) * rows) + row] = kernel[(row * units * order.Length) + (order[gate] * units) + unit];
                }
            }
        }
        return turned;
    }

    /// <summary>A convolution's kernel (places, features, filters) as ONNX has it: (filters, features, places).</summary>
    internal static float[] Filters(float[] kernel, long features, long filters)
    {
        var places = kernel.Length / (features * filters);
        var turned = new float[kernel.Length];
        for (var place = 0L; place < places; place++)
        {
            for (var feature = 0L; feature < features; feature++)
            {
                for (var filter = 0L; filter < filters; filter++)
                {
                    var from = (((place * features) + feature) * filters) + filter;
                    turned[(((filter * features) + feature) * places) + place] = kernel[from];
                }
            }
        }
        return turned;
    }
}
