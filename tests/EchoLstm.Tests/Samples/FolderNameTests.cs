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

            var run = SampleProgram.Run(folder.FullName, "many-to-many", "--epochs", "2");

            run.ExitCode.Should().Be(0, "it says {0}", run.Error);
            run.Untimed.Should().Equal(SampleProgram.RunHere("many-to-many", "--epochs", "2").Untimed).And.HaveCountGreaterThan(10);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void CopyProgram(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            // What is a link in the output, libtorch above all, is one in its copy.
            var copy = Path.Combine(to, Path.GetFileName(file));
            if (File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target)
            {
                File.CreateSymbolicLink(copy, target.FullName);
            }
            else
            {
                File.Copy(file, copy);
            }
        }
    }
}
