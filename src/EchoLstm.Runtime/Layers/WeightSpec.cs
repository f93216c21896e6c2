namespace EchoLstm.Layers;

/// <summary>A weight that a layer has, before anybody makes it.</summary>
/// <param name="Name">Keras's name with the layers' before it, e.g. <c>lstm_1/kernel</c>.</param>
/// <param name="Shape">Its shape in Keras's layout.</param>
/// <param name="IsFloat">Whether it is of a floating-point type; a counter of a TorchSharp module is not.</param>
internal sealed record WeightSpec(string Name, long[] Shape, bool IsFloat = true)
{
    /// <summary>What files call it, e.g. <c>lstm_1.kernel</c>.</summary>
    internal string FileName => Name.Replace('/', '.');

    /// <summary>The weights of a layer that is inside another, or in a model, under that name.</summary>
    internal static IEnumerable<WeightSpec> Below(string name, IEnumerable<WeightSpec> weights) =>
        weights.Select(weight => weight with { Name = $"{name}/{weight.Name}" });

    /// <summary>A kernel, and a bias as long as the kernel's last axis.</summary>
    internal static IEnumerable<WeightSpec> KernelAndBias(long[] kernel, bool hasBias) =>
        hasBias ? [new("kernel", kernel), new("bias", [kernel[^1]])] : [new("kernel", kernel)];

    /// <summary>What a recurrent layer has for each gate.</summary>
    internal static IEnumerable<WeightSpec> Recurrent(long gates, long units, long features, long[]? bias)
    {
        WeightSpec[] kernels = [new("kernel", [features, gates * units]), new("recurrent_kernel", [units, gates * units])];
        return bias is null ? kernels : [.. kernels, new("bias", bias)];
    }
}
