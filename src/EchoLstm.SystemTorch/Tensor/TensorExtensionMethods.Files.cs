namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    /// <summary>Writes type, shape and elements in TorchSharp's format.</summary>
    public static void Save(this torch.Tensor tensor, BinaryWriter writer)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            using var copy = tensor.cpu();
            copy.Save(writer);
            return;
        }

        new TensorHeader(tensor.dtype, tensor.shape).Write(writer);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream);
    }

    /// <summary>Writes type, shape and elements in TorchSharp's format, and closes the stream.</summary>
    public static void Save(this torch.Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
        stream.Flush();
    }

    /// <summary>Writes type, shape and elements in TorchSharp's format to a file.</summary>
    public static void Save(this torch.Tensor tensor, string location) => tensor.Save(File.Create(location));

    /// <summary>Reads elements into this tensor, whose type and shape must be those of the file; <c>skip</c> only passes over them.</summary>
    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var header = TensorHeader.Read(reader);
        if (header.Type != tensor.dtype)
            throw new ArgumentException($"The file holds elements of type {header.Type}, the tensor is of type {tensor.dtype}. Load into a model exactly like the one that was saved.");
        ReadInto(tensor, header, reader, skip);
    }

    /// <summary>Reads a tensor; with <c>skip</c> it holds zeros and the elements are passed over.</summary>
    public static torch.Tensor Load(BinaryReader reader, bool skip = false)
    {
        torch.Tensor? tensor = null;
        Load(ref tensor, reader, skip);
        return tensor!;
    }

    /// <summary>Reads into a tensor of the file's shape, or makes one where there is none; <c>skip</c> passes over the elements.</summary>
    public static void Load(ref torch.Tensor? tensor, BinaryReader reader, bool skip = false)
    {
        var header = TensorHeader.Read(reader);
        tensor ??= skip ? torch.zeros(header.Shape, header.Type) : torch.empty(header.Shape, header.Type);
        ReadInto(tensor, header, reader, skip);
    }

    private static void ReadInto(torch.Tensor tensor, TensorHeader header, BinaryReader reader, bool skip)
    {
        if (skip)
        {
            reader.BaseStream.Seek(header.Bytes, SeekOrigin.Current);
            return;
        }

        if (!header.Shape.AsSpan().SequenceEqual(tensor.shape))
            throw new ArgumentException($"The file holds a tensor of sizes ({string.Join(", ", header.Shape)}), the tensor is of sizes ({string.Join(", ", tensor.shape)}). Load into a model exactly like the one that was saved.");
        using var writesToLeaf = torch.no_grad();
        if (tensor.device_type == DeviceType.CPU && tensor.dtype == header.Type)
        {
            tensor.ReadBytesFromStream(reader.BaseStream);
            return;
        }

        using var loaded = torch.empty(header.Shape, header.Type, torch.CPU);
        loaded.ReadBytesFromStream(reader.BaseStream);
        tensor.copy_(loaded);
    }
}
