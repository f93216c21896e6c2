using System.Text;
using EchoLstm.Formats;

namespace EchoLstm.Pictures;

/// <summary>Writes a picture as a whole or not at all.</summary>
internal static class SvgFile
{
    internal static void Write(string path, string svg)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(svg)));
    }
}
