using System.Text;
using EchoLstm.Files;
using EchoLstm.Models.Saving;

namespace EchoLstm.Pictures;

/// <summary>Writes a picture as a whole or not at all, into a file that says what it is.</summary>
internal static class SvgFile
{
    private const string Ending = ".svg";

    /// <summary>Draws a picture and writes it; makes the folder where there is none.</summary>
    /// <exception cref="ArgumentException">The path is empty or ends otherwise than in .svg; nothing was written.</exception>
    internal static void Write(string path, Func<string> draw)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var ending = Path.GetExtension(path);
        if (!ending.Equals(Ending, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path))
        {
            var instead = Path.ChangeExtension(Path.EndsInDirectorySeparator(path) ? path + "picture" : path, Ending);
            throw new ArgumentException(
                $"A picture is written as SVG: expected a file name that ends in {Ending}, received '{path}'. Write '{instead}'" +
                (ending.Length == 0 ? "." : ": a browser shows it, and rsvg-convert makes a PNG or PDF of it, see docs/pictures.md."),
                nameof(path));
        }
        var svg = Encoding.UTF8.GetBytes(draw());
        AtomicFile.Write(path, stream => stream.Write(svg));
    }
}
