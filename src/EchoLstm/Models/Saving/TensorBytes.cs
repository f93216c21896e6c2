using EchoLstm.Files;

namespace EchoLstm.Models.Saving;

/// <summary>Tensors to the bytes of a safetensors file and back.</summary>
internal static class TensorBytes
{
    // Numbers of one piece: a span of bytes can't reach over 2 GB.
    private const int PieceLength = 1 << 26;

    /// <summary>A tensor as it is to be written.</summary>
    /// <exception cref="InvalidOperationException">Its elements have no type that is written.</exception>
    internal static SafetensorsSource Source(string name, Tensor values, int pieceLength = PieceLength) =>
        new(name, TypeOf(values.dtype) ?? throw new InvalidOperationException($"'{name}' is a tensor of {values.dtype}, which is not "
            + $"written; expected one of {string.Join(", ", Enum.GetNames<SafetensorsType>())}. Convert the model, e.g. "
            + $"model.to(torch.float32)."), values.shape, stream => Write(stream, values, pieceLength));

    /// <summary>Reads a tensor; the caller's, on the CPU.</summary>
    internal static Tensor Read(SafetensorsFile file, SafetensorsEntry entry, int pieceLength = PieceLength)
    {
        var values = empty(entry.Shape, dtype: ScalarTypeOf(entry.Type));
        try
        {
            var offset = 0L;
            ForEachPiece(values, pieceLength, piece =>
            {
                var bytes = piece.bytes;
                file.Read(entry, offset, bytes);
                offset += bytes.Length;
            });
            return values;
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    internal static ScalarType ScalarTypeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F16 => ScalarType.Float16,
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.F32 => ScalarType.Float32,
        SafetensorsType.F64 => ScalarType.Float64,
        _ => ScalarType.Int64,
    };

    internal static SafetensorsType? TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float16 => SafetensorsType.F16,
        ScalarType.BFloat16 => SafetensorsType.BF16,
        ScalarType.Float32 => SafetensorsType.F32,
        ScalarType.Float64 => SafetensorsType.F64,
        ScalarType.Int64 => SafetensorsType.I64,
        _ => null,
    };

    private static void Write(Stream stream, Tensor values, int pieceLength)
    {
        using var detached = values.detach();
        using var here = detached.cpu();
        using var dense = here.contiguous();
        ForEachPiece(dense, pieceLength, piece => stream.Write(piece.bytes));
    }

    private static void ForEachPiece(Tensor dense, int length, Action<Tensor> action)
    {
        var count = dense.numel();
        using var flat = dense.view(-1);
        for (var start = 0L; start < count; start += length)
        {
            using var piece = flat.narrow(0, start, Math.Min(length, count - start));
            action(piece);
        }
    }
}
