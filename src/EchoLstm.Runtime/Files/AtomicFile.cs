namespace EchoLstm.Files;

/// <summary>
/// Writes a file so that whoever looks, at any moment, sees the old file or the new one: written aside in the same folder, flushed to the
/// disk, renamed over; a folder that is missing is made. A process that is killed on the way leaves its half-written file, which begins with a dot and ends in
/// <c>.saving</c>; the next save of the same file clears it away.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".saving";

    // How long a file that nobody holds open must lie before it counts as left behind.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(1);

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where; a link is followed.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The path is a folder, its folder can't be made, or writing failed; the old file is as it
    /// was.</exception>
    internal static void Write(string path, Action<FileStream> write)
    {
        var target = Target(path);
        var folder = Path.GetDirectoryName(target)!;
        if (Directory.Exists(target))
        {
            throw new IOException($"Can't write {path}: it is a folder. Give the name of a file.");
        }
        if (IsDevice(target))
        {
            throw new IOException($"Can't write {path}: it is a device, which the new file would replace. Give the name of a file.");
        }
        MakeFolder(folder, path);
        var prefix = Prefix(target);
        RemoveAbandoned(folder, prefix);
        var aside = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{prefix}{Guid.NewGuid():N}{Suffix}"));
        try
        {
            using (var stream = Create(aside, path, folder))
            {
                KeepMode(target, aside);
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(aside, target, overwrite: true);
        }
        catch
        {
            TryDelete(aside);
            throw;
        }
    }

    private static void MakeFolder(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UnauthorizedAccessException($"Can't write {path}: you may not make the folder {folder}. Choose another folder, or "
                + "ask for the right to.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"Can't write {path}: the folder {folder} can't be made. {error.Message}", error);
        }
    }

    private static FileStream Create(string aside, string path, string folder)
    {
        try
        {
            return new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UnauthorizedAccessException($"Can't write {path}: you may not make files in {folder}. Choose another folder, or ask "
                + "for the right to.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"Can't write {path}: no file can be made in {folder}. {error.Message}", error);
        }
    }

    // Who may read and write the old file may do so with the new one, and nobody else.
    private static void KeepMode(string target, string aside)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(aside, File.GetUnixFileMode(target));
        }
    }

    // .NET does not tell devices from files; /dev/shm is the one place there that has files.
    private static bool IsDevice(string target) =>
        !OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal)
            && !target.StartsWith("/dev/shm/", StringComparison.Ordinal)
            && File.Exists(target);

    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    // Short enough for any file system, whatever the file is called, and the same at each save.
    private static string Prefix(string target)
    {
        var hash = 2166136261u;
        foreach (var letter in Path.GetFileName(target))
        {
            hash = unchecked((hash ^ letter) * 16777619);
        }
        return string.Create(CultureInfo.InvariantCulture, $".{hash:x8}-");
    }

    private static void RemoveAbandoned(string folder, string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $"{prefix}*{Suffix}"))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Abandoned && IsFree(file))
            {
                TryDelete(file);
            }
        }
    }

    // Whoever is still writing holds the file alone.
    private static bool IsFree(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The error that led here tells more than one about what could not be cleared away.
    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
