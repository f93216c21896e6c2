using System.Text;

namespace EchoLstm.Pictures;

/// <summary>Writes a picture aside and renames it, so that a reader meets the old file or the new one.</summary>
internal static class SvgFile
{
    internal static void Write(string path, string svg)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full);
        if (folder is null || Directory.Exists(full))
        {
            throw new ArgumentException($"'{path}' is a folder: expected the path of a file, e.g. '{Path.Combine(path, "picture.svg")}'.", nameof(path));
        }
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The picture '{path}' can't be written: there is no folder '{folder}'. Create it first.");
        }
        var aside = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            File.WriteAllText(aside, svg, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(aside, full, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
