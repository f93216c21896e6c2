using TorchSharp.Utils;

namespace TorchSharp;

/// <summary>What stands before a tensor's bytes in TorchSharp's files: element type, number of dimensions, sizes.</summary>
internal readonly record struct TensorHeader(torch.ScalarType Type, long[] Shape)
{
    // libtorch's own limit; a larger number can only come from a file that is something else.
    private const int MostDimensions = 64;

    internal long Bytes => Shape.Aggregate((long)Type.ElementSize(), (product, size) => checked(product * size));

    internal static TensorHeader Read(BinaryReader reader)
    {
        long type = reader.Decode();
        if (type is < 0 or > sbyte.MaxValue || !Enum.IsDefined((torch.ScalarType)type))
            throw new InvalidDataException($"The file names the element type {type}, which does not exist; it is probably not a tensor of TorchSharp.");

        long dimensions = reader.Decode();
        if (dimensions > MostDimensions)
            throw new InvalidDataException($"The file asks for a tensor of {dimensions} dimensions; at most {MostDimensions} exist.");

        var shape = new long[dimensions];
        for (int i = 0; i < shape.Length; i++) shape[i] = reader.Decode();
        var header = new TensorHeader((torch.ScalarType)type, shape);
        header.CheckAgainst(reader.BaseStream);
        return header;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Encode((long)Type);
        writer.Encode(Shape.Length);
        foreach (long size in Shape) writer.Encode(size);
    }

    // Sizes are checked before memory is taken for them.
    private void CheckAgainst(Stream stream)
    {
        long bytes;
        try
        {
            bytes = Bytes;
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"The file asks for a tensor of sizes ({string.Join(", ", Shape)}), more than any memory holds.", e);
        }

        if (stream.CanSeek && bytes > stream.Length - stream.Position)
            throw new InvalidDataException($"The file asks for {bytes} bytes for a tensor of sizes ({string.Join(", ", Shape)}), but only {stream.Length - stream.Position} are left.");
    }
}
