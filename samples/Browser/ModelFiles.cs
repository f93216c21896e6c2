using EchoLstm.Inference;

namespace EchoLstm.Browser;

/// <summary>Models from bytes that the page has fetched or the visitor has picked.</summary>
internal static class ModelFiles
{
    internal static async Task<InferenceModel> GetModelAsync(this HttpClient http, string address) =>
        Load(await http.GetByteArrayAsync(address));

    internal static InferenceModel Load(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return InferenceModel.Load(stream);
    }

    /// <summary>Whether it is an error that a visitor can mend; its words say how.</summary>
    internal static bool IsForVisitor(Exception error) =>
        error is ArgumentException or IOException or InvalidDataException or NotSupportedException or InvalidOperationException
            or HttpRequestException;
}
