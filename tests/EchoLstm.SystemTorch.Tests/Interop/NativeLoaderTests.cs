using TorchSharp.Interop;

namespace TorchSharp.Tests;

/// <summary>What is said where libtorch is missing; tests/fresh-project.sh provokes it in a program.</summary>
public class NativeLoaderTests
{
    [Theory]
    [InlineData("libtorch_cpu.so.1.13", "libtorch1.13")]
    [InlineData("libc10.so.2.6", "libtorch2.6")]
    [InlineData("libtorch.so", "libtorch-dev")]
    public void A_missing_libtorch_is_named_with_the_package_that_has_it(string file, string package) =>
        NativeLoader.NotLoaded($"Unable to load shared library '/app/libecholstm_torch.so' or one of its dependencies. {file}: cannot open shared object file: No such file or directory\n")
            .Should().Be($"Torch is not available: {file} is missing. Install libtorch from the operating system's packages, on Debian and Ubuntu: apt-get install --no-install-recommends {package}");

    [Fact]
    public void Another_failure_is_told_in_the_loaders_words() =>
        NativeLoader.NotLoaded(" /app/libecholstm_torch.so: invalid ELF header\n").Should().Be("Torch is not available: libecholstm_torch.so did not load: /app/libecholstm_torch.so: invalid ELF header");

    [Fact]
    public void A_package_for_another_platform_is_told_apart() =>
        NativeLoader.NotFound("/app/", "linux-arm64").Should().Be(
            "Torch is not available: libecholstm_torch.so, the native half of EchoLstm.SystemTorch, is neither in /app/ nor in a package for linux-arm64. " +
            "Pack EchoLstm.SystemTorch on a machine of that platform: the repository's setup.sh tells what it needs.");
}
