using System.Diagnostics;
using System.Net;

namespace EchoLstm.Tests.Pictures;

/// <summary>A browser without a window, to look at pictures as a reader's would.</summary>
internal static class Chromium
{
    private const string Open = "<pre id=\"report\">", Close = "</pre>";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The browser's program; null where none is installed.</summary>
    internal static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome", "chrome.exe" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a page and returns what its scripts wrote into the element <c>report</c>.</summary>
    internal static string Report(string html, bool dark)
    {
        using var folder = new TemporaryFolder();
        var page = Path.Combine(folder.Path, "page.html");
        File.WriteAllText(page, html);
        var start = new ProcessStartInfo(
            Program!,
            [
                "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--hide-scrollbars", $"--user-data-dir={Path.Combine(folder.Path, "profile")}",
                $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}", "--virtual-time-budget=60000", "--dump-dom", new Uri(page).AbsoluteUri,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Program} took longer than {Patience}.");
        }
        var (from, to) = (output.Result.IndexOf(Open, StringComparison.Ordinal), output.Result.LastIndexOf(Close, StringComparison.Ordinal));
        return from >= 0 && to > from
            ? WebUtility.HtmlDecode(output.Result[(from + Open.Length)..to])
            : throw new InvalidOperationException($"{Program} gave no report (exit code {process.ExitCode}): {error.Result}");
    }
}
