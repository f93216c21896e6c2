namespace EchoLstm.Tests.Recipes;

/// <summary>A test that starts a program of the system, and is skipped where the program is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsProgramFactAttribute : FactAttribute
{
    /// <param name="program">The program's name.</param>
    /// <param name="package">The package that Debian has it in.</param>
    public NeedsProgramFactAttribute(string program, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            Skip = $"No {program} on PATH; on Debian: apt-get install {package}.";
        }
    }
}
