using System.Text;

namespace EchoLstm.Files;

/// <summary>Says what a file that is not ours looks like, by its first bytes, and what to do about it.</summary>
internal static class FileSignature
{
    /// <summary>How many of a file's first bytes are looked at.</summary>
    internal const int Looked = 4096;

    private const string FromPyTorch = "In Python write the tensors with safetensors.torch.save_file, under the names that SaveWeights "
        + "gives them.";
    private const string FromKeras = "KerasFile.Load, of the package EchoLstm.Interop, reads it, and KerasFile.LoadWeights its weights "
        + "alone.";
    private const string Otherwise = "Give a file that Save, SaveWeights or a safetensors library wrote.";

    /// <summary>What a file looks like, and what to do.</summary>
    internal static (string Looks, string Mend) Describe(ReadOnlySpan<byte> start, long length)
    {
        if (length == 0)
        {
            return ("an empty file", "Whatever wrote it did not finish: save it again.");
        }
        if (Begins(start, 0x89, "HDF\r\n"))
        {
            return ("an HDF5 file, as Keras writes with .h5", FromKeras);
        }
        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8))
        {
            return Zip(start);
        }
        if (start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
        {
            return ("a Python pickle, as torch.save wrote before PyTorch 1.6", FromPyTorch);
        }
        if (Begins(start, 0x93, "NUMPY"))
        {
            return ("a NumPy array (.npy)",
                "In Python write the arrays with safetensors.numpy.save_file, under the names that SaveWeights gives them.");
        }
        if (Begins(start, 0x89, "PNG"))
        {
            return ("a PNG picture", Otherwise);
        }
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return ("gzip-compressed data", "Uncompress it first.");
        }
        if (start.StartsWith("GGUF"u8))
        {
            return ("a GGUF file", Otherwise);
        }
        if (IsOnnx(start))
        {
            return ("an ONNX model",
                "Take the weights out of it in Python, and write them with safetensors.numpy.save_file under the names that SaveWeights "
                    + "gives them.");
        }
        if (IsText(start, out var text))
        {
            var isJson = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n') is ['{' or '[', ..];
            return (isJson ? "a JSON text" : "a text", Otherwise);
        }
        if (IsTorchSharp(start))
        {
            return ("a file of TorchSharp's module.save", "Read it with the model's own load (lower case), then SaveWeights.");
        }
        return ("binary data of another kind, or a damaged file", Otherwise);
    }

    private static (string Looks, string Mend) Zip(ReadOnlySpan<byte> start)
    {
        if (Has(start, "data.pkl"u8) || Has(start, "/data/"u8))
        {
            return ("a PyTorch file (torch.save, a zip with a pickle inside)", FromPyTorch);
        }
        if (Has(start, "metadata.json"u8) || Has(start, "model.weights.h5"u8))
        {
            return ("a Keras model (.keras, a zip)", FromKeras);
        }
        return Has(start, ".npy"u8)
            ? ("NumPy arrays (.npz, a zip)",
                "In Python write the arrays with safetensors.numpy.save_file, under the names that SaveWeights gives them.")
            : ("a zip archive", Otherwise);
    }

    private static bool Has(ReadOnlySpan<byte> start, ReadOnlySpan<byte> text) => start.IndexOf(text) >= 0;

    private static bool Begins(ReadOnlySpan<byte> start, byte first, string rest) =>
        start.Length > rest.Length && start[0] == first && start.Slice(1, rest.Length).SequenceEqual(Encoding.ASCII.GetBytes(rest));

    // A ModelProto: field 1, the version of its intermediate representation, then its producer, opset, graph or text fields, all with a
    // length.
    private static bool IsOnnx(ReadOnlySpan<byte> start) =>
        start.Length > 3 && start[0] == 0x08 && start[1] is > 0 and < 32 && start[2] is 0x12 or 0x1a or 0x22 or 0x3a or 0x42;

    // The end may be within a letter.
    private static bool IsText(ReadOnlySpan<byte> start, out string text)
    {
        text = Encoding.UTF8.GetString(start);
        var whole = start.Length == Looked ? text.AsSpan(0, text.Length - 2) : text;
        foreach (var letter in whole)
        {
            if (letter == '\uFFFD' || (char.IsControl(letter) && letter is not ('\t' or '\r' or '\n' or '\f')))
            {
                return false;
            }
        }
        return true;
    }

    // The number of entries, then the length of the first name, then the name.
    private static bool IsTorchSharp(ReadOnlySpan<byte> start)
    {
        var place = 0;
        while (place < start.Length && place < 4 && start[place] >= 0x80)
        {
            place++;
        }
        if (++place >= start.Length || start[place] is 0 or >= 0x80 || place + 1 + start[place] > start.Length)
        {
            return false;
        }
        foreach (var letter in start.Slice(place + 1, start[place]))
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'.' or (byte)'_'))
            {
                return false;
            }
        }
        return true;
    }
}
