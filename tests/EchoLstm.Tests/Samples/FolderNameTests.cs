namespace EchoLstm.Tests.Samples;

/// <summary>Where a program lies must not matter: its libraries, native ones too, are found in a folder of any name.</summary>
public sealed class FolderNameTests
{
    [Fact]
    public void The_program_runs_from_a_folder_with_spaces_and_letters_beyond_ascii()
    {
        var folder = Directory.CreateTempSubdirectory("echolstm ünï kódî 語 ");
        try
        {
            CopyProgram(AppContext.BaseDirectory, folder.FullName);

            var run = SampleProgram.RunFrom(folder.FullName, "many-to-many", "--epochs", "2");

            run.ExitCode.Should().Be(0, "it says {0}", run.Error);
            Untimed(run).Should().Equal(Untimed(SampleProgram.Run("many-to-many", "--epochs", "2"))).And.HaveCountGreaterThan(10);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Untimed(SampleProgram run) => [.. run.Lines.Where(line => !line.Contains("trained in", StringComparison.Ordinal))];

    private static void CopyProgram(string from, string to)
    {
        Directory.CreateDirectory(to);
        // libgomp's name ends with its version: .so.1
        foreach (var file in Directory.EnumerateFiles(from).Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".1" or ".dylib" or ".json"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        if (Directory.Exists(Path.Combine(from, "runtimes")))
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "runtimes"), "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
