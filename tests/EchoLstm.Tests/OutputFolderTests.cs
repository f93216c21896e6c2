using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests;

/// <summary>What a build leaves: the libtorch of this platform once, and as links where the system makes them. That of every platform would be 1 GB for each program.</summary>
public class OutputFolderTests
{
    // What TorchSharp and libtorch call their libraries; TorchSharp.dll is none of them.
    private static readonly string[] Names = ["LibTorchSharp", "c10", "torch_cpu"];

    public static TheoryData<string> Folders => [AppContext.BaseDirectory, Path.Combine(DocsFolder.Root, "samples", "EchoLstm.Samples", Path.GetRelativePath(Path.Combine(DocsFolder.Root, "tests", "EchoLstm.Tests"), AppContext.BaseDirectory))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void It_has_libtorch_for_this_platform_alone(string folder)
    {
        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Names.Any(name => IsLibrary(name, Path.GetFileName(file))));

        found.Select(file => Path.GetRelativePath(folder, file)).Should().BeEquivalentTo(Names.Select(OnThisPlatform));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void It_is_small(string folder)
    {
        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null).Sum(file => file.Length);

        // Windows makes links only for those who may; one platform's libtorch is then a copy.
        bytes.Should().BeLessThan(OperatingSystem.IsWindows() ? 600_000_000 : 60_000_000);
    }

    private static bool IsLibrary(string name, string file) => file == $"{name}.dll" || file == $"lib{name}.dylib" || file == $"lib{name}.so";

    private static string OnThisPlatform(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
