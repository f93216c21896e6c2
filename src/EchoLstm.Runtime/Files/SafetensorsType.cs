namespace EchoLstm.Files;

/// <summary>The element types of safetensors files that weights and counters have; named as in the files.</summary>
internal enum SafetensorsType
{
    F16,
    BF16,
    F32,
    F64,
    I64,
}

/// <summary>How large the elements are.</summary>
internal static class SafetensorsTypes
{
    internal static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.F32 => 4,
        _ => 8,
    };
}
