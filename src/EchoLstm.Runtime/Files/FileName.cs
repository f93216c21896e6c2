namespace EchoLstm.Files;

/// <summary>Refuses a file's name that promises another format than what is written into it.</summary>
internal static class FileName
{
    /// <summary>The endings of other programs' models, pictures and tables, and what each is.</summary>
    private static string? Promised(string ending) => ending.ToLowerInvariant() switch
    {
        ".h5" or ".hdf5" => "an HDF5 file, as Keras writes it",
        ".keras" => "a Keras model",
        ".pt" or ".pth" or ".ckpt" => "a PyTorch file",
        ".onnx" => "an ONNX model",
        ".pb" or ".tflite" => "a TensorFlow model",
        ".safetensors" => "a safetensors file",
        ".npy" or ".npz" => "NumPy arrays",
        ".pkl" or ".pickle" or ".joblib" => "a Python pickle",
        ".json" => "a JSON text",
        ".csv" => "a table in CSV",
        ".xlsx" or ".xls" or ".parquet" => "a table of another program",
        ".yaml" or ".yml" or ".xml" or ".txt" => "a text",
        ".zip" or ".gz" or ".tar" => "an archive",
        ".svg" or ".png" or ".jpg" or ".jpeg" or ".gif" or ".pdf" => "a picture",
        _ => null,
    };

    /// <summary>Throws where a name ends in what another format does. Any other ending, or none, is the caller's choice.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What is written, as a sentence begins: <c>A model is written as safetensors</c>.</param>
    /// <param name="ending">The format's own ending.</param>
    /// <param name="also">What else may be done.</param>
    /// <param name="other">Another ending that promises no more than the format keeps.</param>
    internal static void Check(string path, string what, string ending, string also = "", string other = "")
    {
        var given = Path.GetExtension(path);
        if (!given.Equals(ending, StringComparison.OrdinalIgnoreCase) && !given.Equals(other, StringComparison.OrdinalIgnoreCase)
            && Promised(given) is { } promised)
        {
            throw new ArgumentException(
                $"{what}, but '{path}' promises {promised}. Write '{Path.ChangeExtension(path, ending)}'{also}.", nameof(path));
        }
    }
}
