using System.Diagnostics;
using EchoLstm.Files;
using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Files;

/// <summary>A file is the old one or the new one, whatever happens while it is written.</summary>
public class AtomicFileTests
{
    private const int Savers = 4;
    private const int LongestWait = 30;

    private static readonly int Kills = Thorough.Or(60, 200);

    // Many of the kills must have hit a save, else they show nothing.
    private static readonly int FewestHits = Kills / 10;

    [Fact]
    public void A_process_that_is_killed_leaves_the_old_file_or_the_new_one()
    {
        using var folder = new TemporaryFolder();
        var hits = 0;
        Parallel.For(0, Savers, new ParallelOptions { MaxDegreeOfParallelism = Savers }, saver =>
        {
            var path = folder.File($"model {saver}.safetensors");
            var random = new SeededRandom(saver);
            var generation = 0;
            for (var kill = 0; kill < Kills / Savers; kill++)
            {
                KillAfter(path, (int)random.NextBelow(LongestWait));
                var found = EndlessSaver.Read(path);
                found.Should().BeGreaterThan(generation, "a save was done before the process was killed");
                generation = found;
            }
        });

        hits = folder.Names.Count(name => name.EndsWith(".saving", StringComparison.Ordinal));
        hits.Should().BeGreaterThan(FewestHits, "the process was in the middle of a save");
        foreach (var left in Directory.GetFiles(folder.Path, "*.saving"))
        {
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromMinutes(2));
        }
        for (var saver = 0; saver < Savers; saver++)
        {
            AtomicFile.Write(folder.File($"model {saver}.safetensors"), stream => stream.WriteByte(1));
        }
        folder.Names.Should().Equal(Enumerable.Range(0, Savers).Select(saver => $"model {saver}.safetensors"), "the next save clears away what was left");
    }

    [Fact]
    public void An_error_on_the_way_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        AtomicFile.Write(path, stream => stream.Write("old"u8));

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            throw new InvalidOperationException();
        }));

        File.ReadAllText(path).Should().Be("old");
        folder.Names.Should().Equal("a");
    }

    [Fact]
    public void What_another_process_is_writing_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        string? aside = null;
        AtomicFile.Write(path, stream =>
        {
            aside = stream.Name;
            File.SetLastWriteTimeUtc(aside, DateTime.UtcNow - TimeSpan.FromHours(1));
            AtomicFile.Write(path, inner => inner.Write("first"u8));
            File.Exists(aside).Should().BeTrue();
            stream.Write("second"u8);
        });

        File.ReadAllText(path).Should().Be("second");
        folder.Names.Should().Equal("a");
    }

    [Fact]
    public void Only_what_lay_a_minute_beside_the_same_file_is_cleared_away()
    {
        using var folder = new TemporaryFolder();
        var (old, young, others) = (Left("a", "old", minutes: 2), Left("a", "young", minutes: 0), Left("b", "old", minutes: 2));

        AtomicFile.Write(folder.File("a"), stream => stream.WriteByte(1));

        folder.Names.Should().BeEquivalentTo("a", "b", young, others).And.NotContain(old);

        string Left(string name, string end, int minutes)
        {
            var aside = "";
            AtomicFile.Write(folder.File(name), stream => aside = stream.Name);
            var left = aside[..(aside.LastIndexOf('-') + 1)] + end + ".saving";
            File.WriteAllText(left, "half");
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromMinutes(minutes));
            return Path.GetFileName(left);
        }
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        using var folder = new TemporaryFolder();
        var (target, link) = (folder.File("target"), folder.File("link"));
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, target);

        AtomicFile.Write(link, stream => stream.Write("new"u8));

        new FileInfo(link).LinkTarget.Should().Be(target);
        File.ReadAllText(target).Should().Be("new");
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_made()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(Path.Combine("new", "of today", "a"));

        AtomicFile.Write(path, stream => stream.Write("new"u8));

        File.ReadAllText(path).Should().Be("new");
    }

    [Fact]
    public void A_file_in_a_folders_place_is_an_error()
    {
        using var folder = new TemporaryFolder();
        var (file, path) = (folder.File("a"), folder.File(Path.Combine("a", "b")));
        File.WriteAllText(file, "old");

        Assert.Throws<IOException>(() => AtomicFile.Write(path, _ => { })).Message.Should().StartWith($"Can't write {path}: the folder {file} can't be made. ");
        File.ReadAllText(file).Should().Be("old");
    }

    [Fact]
    public void A_folder_in_the_files_place_is_an_error()
    {
        using var folder = new TemporaryFolder();

        Errors.Expect<IOException>(() => AtomicFile.Write(folder.Path, _ => { }), $"Can't write {folder.Path}: it is a folder. Give the name of a file.");
        folder.Names.Should().BeEmpty();
    }

    private static void KillAfter(string path, int milliseconds)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } given ? given : "dotnet";
        using var process = Process.Start(new ProcessStartInfo(host, [typeof(EndlessSaver).Assembly.Location, EndlessSaver.Command, path]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadLine().Should().NotBeNull("the child saves");
        var lines = process.StandardOutput.ReadToEndAsync();
        Thread.Sleep(milliseconds);
        process.Kill();
        process.WaitForExit();
        lines.Wait();
    }

    [Fact]
    public void A_device_is_not_replaced()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        Errors.Expect<IOException>(() => AtomicFile.Write("/dev/null", _ => { }), "Can't write /dev/null: it is a device, which the new file would replace. Give the name of a file.");
    }

    [Fact]
    public void Where_no_file_can_be_made_the_error_names_the_file_that_was_asked_for()
    {
        if (!Directory.Exists("/proc/self"))
        {
            return;
        }
        var thrown = Assert.ThrowsAny<Exception>(() => AtomicFile.Write("/proc/model", _ => { }));

        (thrown is IOException or UnauthorizedAccessException).Should().BeTrue();
        thrown.Message.Should().StartWith("Can't write /proc/model: ").And.Contain("/proc");
    }

    [Fact]
    public void Who_may_read_the_old_file_may_read_the_new_one_and_nobody_else()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        AtomicFile.Write(path, stream => stream.Write("old"u8));
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(path, Mine);

        AtomicFile.Write(path, stream => stream.Write("new"u8));

        File.ReadAllText(path).Should().Be("new");
        File.GetUnixFileMode(path).Should().Be(Mine);
    }
}
