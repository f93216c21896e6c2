using System.Text;

namespace EchoLstm.Tests.Torch;

/// <summary>Loading TorchSharp's native library, in processes of their own: with and without help, and where nothing helps.</summary>
public sealed class NativeTorchTests
{
    private const string CantBeLoaded = "TorchSharp's native library can't be loaded on this system: ";

    private const string Advice = "Use a newer system, or a container of one, such as Debian 13 or Ubuntu 24.04 "
        + "(for TorchSharp 0.107.0, Debian 12 and Ubuntu 22.04 do). The loader says: ";

    private const string Musl = "it needs glibc, and this system has another C library (musl, as in Alpine). "
        + "Use a system or a container with glibc, such as Debian 13 or Ubuntu 24.04. The loader says: ";

    private const string Other = "see what the loader says; where it names a file that is missing, install the package that has it. "
        + "The loader says: ";

    private const string OldLibstdcpp =
        $"{CantBeLoaded}it needs GLIBCXX_3.4.32 of libstdc++.so.6, and the libstdc++.so.6 here is older. {Advice}";

    // TorchSharp's own way to fail; the rest of the line depends on where it has looked.
    private const string NoPackage = "TypeInitializationException, NotSupportedException: The libtorch-";

    [Fact]
    public void Loading_again_does_nothing()
    {
        NativeTorch.Load();
        NativeTorch.Load();
    }

    [OldSystemFact]
    public void Without_help_TorchSharp_fails_here_and_names_a_package_that_is_not_missing()
    {
        using var program = new ProgramCopy();

        var (exitCode, lines) = program.Run(TorchChild.Alone);

        exitCode.Should().Be(1);
        lines.Should().ContainSingle(line => line.StartsWith(NoPackage, StringComparison.Ordinal))
            .Which.Should().Contain(" is not restored on this system. ");
    }

    [TorchLibraryFact]
    public void With_help_the_same_program_runs()
    {
        using var program = new ProgramCopy();
        program.Run(TorchChild.Helped).Should().BeEquivalentTo((0, (string[])["done"]));
    }

    [TorchLibraryFact]
    public void The_library_may_lie_in_the_folder_of_its_platform()
    {
        using var program = new ProgramCopy(nativeFolder: Path.Combine("runtimes", "linux-x64", "native"));
        program.Run(TorchChild.Helped).Should().BeEquivalentTo((0, (string[])["done"]));
    }

    [TorchLibraryFact]
    public void In_a_plugins_load_context_it_runs_too()
    {
        using var program = new ProgramCopy();
        program.Run(TorchChild.Plugin).Should().BeEquivalentTo((0, (string[])["done"]));
    }

    [OldSystemFact]
    public void A_load_context_that_throws_keeps_all_others_from_being_asked_and_the_error_names_the_version()
    {
        using var program = new ProgramCopy();

        var (exitCode, lines) = program.Run(TorchChild.ThrowingPlugin);

        exitCode.Should().Be(1);
        lines.Should().ContainSingle().Which.Should().StartWith($"TargetInvocationException, DllNotFoundException: {OldLibstdcpp}/");
    }

    [TorchLibraryFact]
    public void A_process_that_used_Torch_on_several_threads_catches_its_errors_and_ends_well()
    {
        using var program = new ProgramCopy();
        program.Run(TorchChild.Threads).Should().BeEquivalentTo((0, (string[])["done"]));
    }

    // GLIBCXX_3.4.18 comes behind the version that is relaxed: an older system's loader never comes to it before.
    [TorchLibraryTheory]
    [InlineData("GLIBCXX_3.4.18", "GLIBCXX_3.4.98", "libstdc++.so.6")]
    [InlineData("GLIBCXX_3.4.30", "GLIBCXX_3.4.98", "libstdc++.so.6")]
    [InlineData("GLIBC_2.34", "GLIBC_2.98", "libc.so.6")]
    public void Where_a_version_is_missing_that_is_needed_every_way_to_Torch_says_which(string needed, string missing, string of)
    {
        using var folder = new TemporaryFolder();
        using var model = EchoModels.OneToOne(seed: 1);
        model.Save(folder.File("model"));
        using var program = new ProgramCopy(WithText(needed, missing));

        var (exitCode, lines) = program.Run(TorchChild.Entries, folder.File("model"));

        exitCode.Should().Be(1);
        var message = $"{CantBeLoaded}it needs {missing} of {of}, and the {of} here is older. {Advice}/";
        lines.Should().HaveCount(3)
            .And.OnlyContain(line => line.StartsWith($"DllNotFoundException, DllNotFoundException: {message}", StringComparison.Ordinal));
    }

    [OldSystemFact]
    public void A_file_that_is_not_exactly_as_expected_is_left_to_fail()
    {
        using var program = new ProgramCopy(WithText("_ZSt21ios_base_library_initv", "_ZSt21ios_base_library_initw"));

        var (exitCode, lines) = program.Run(TorchChild.Helped);

        exitCode.Should().Be(1);
        lines.Should().ContainSingle().Which.Should().StartWith($"DllNotFoundException, DllNotFoundException: {OldLibstdcpp}/");
    }

    [TorchLibraryFact]
    public void Where_libtorch_is_missing_TorchSharp_says_so()
    {
        using var program = new ProgramCopy(without: "libtorch_cpu.so");

        var (exitCode, lines) = program.Run(TorchChild.Helped);

        exitCode.Should().Be(1);
        lines.Should().ContainSingle(line => line.StartsWith(NoPackage, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "/lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /app/a.so)",
        "it needs GLIBCXX_3.4.30 of libstdc++.so.6, and the libstdc++.so.6 here is older. " + Advice)]
    [InlineData(
        "/a folder/libc.so.6: version `GLIBC_2.34' not found (required by /app/a.so)",
        "it needs GLIBC_2.34 of libc.so.6, and the libc.so.6 here is older. " + Advice)]
    [InlineData("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/a.so)", Musl)]
    [InlineData("Error relocating /app/libc10.so: backtrace: symbol not found", Musl)]
    [InlineData("libcudart.so.12: cannot open shared object file: No such file or directory", Other)]
    [InlineData("memfd_create: Permission denied", Other)]
    public void A_refusal_is_explained(string words, string explained)
    {
        NativeTorch.Explain(words).Should().Be(CantBeLoaded + explained + words);
        NativeTorch.Explain($"Unable to load shared library '/app/a.so': \n{words}\n").Should().Be(CantBeLoaded + explained + words);
        NativeTorch.Explain($"Unable to load: \n{words}\nmore\n").Should().Be($"{CantBeLoaded}{explained}{words}; more");
    }

    // The library with one of its names changed to another of the same length.
    private static byte[] WithText(string old, string text)
    {
        var file = File.ReadAllBytes(TorchLibrary.FullPath);
        var place = file.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\0{old}\0"));
        Encoding.ASCII.GetBytes(text).CopyTo(file, place + 1);
        return file;
    }
}
