using System.Text;
using EchoLstm.Files;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Writes a line of metrics after each epoch to a CSV file (Keras's <c>CSVLogger</c>).</summary>
/// <remarks>
/// The columns are Keras's: <c>epoch</c>, counted from 0, then the metrics in the order of their names' characters, <c>learning_rate</c>
/// among them where a callback changes it. UTF-8, lines end with a line feed, numbers are written in every culture alike and with all of
/// their digits, <c>nan</c> and <c>inf</c> as Python writes them. A line is written at once and is in the file when the epoch's other
/// callbacks run, so that others may read the file at any time; it is not kept open.
/// </remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 500, validationSplit: 0.2, callbacks: [new CsvLogger("training.csv")]);
/// </code></example>
public sealed class CsvLogger : Callback
{
    private const string Epoch = "epoch";
    private const char Quote = '"';

    private readonly bool _append;
    private string[] _names = [];

    /// <summary>Creates the callback; the file is touched when a fit begins.</summary>
    /// <param name="path">The file (Keras's <c>filename</c>). Folders that are missing are made.</param>
    /// <param name="separator">What stands between two columns: one or more characters that no number has. <value>,</value></param>
    /// <param name="append">Whether a file that exists is continued, e.g. after a pause; else it is replaced. <value>false</value></param>
    /// <exception cref="ArgumentException">The path is empty or promises another format, such as <c>.json</c>, or the separator is or could
    /// be part of a number or of a line's end.</exception>
    public CsvLogger(string path, string separator = ",", bool append = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileName.Check(path, "CsvLogger writes a table in CSV", ".csv", other: ".txt");
        ArgumentException.ThrowIfNullOrEmpty(separator);
        if (separator.Any(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '+' or Quote or '\r' or '\n'))
        {
            throw new ArgumentException(
                $"The separator '{separator}' would be mistaken for a part of a number, a name or a line. Use \",\", \";\" or \"\\t\".",
                nameof(separator));
        }
        Path = path;
        Separator = separator;
        _append = append;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What stands between two columns.</summary>
    public string Separator { get; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The path is that of a folder.</exception>
    /// <exception cref="InvalidDataException">The file that shall be continued has other columns, or ends in half a line. It is as it was,
    /// and nothing was trained.</exception>
    public override void OnTrainBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (Directory.Exists(Path))
        {
            throw new IOException($"CsvLogger can't write '{Path}': it is a folder. Give the name of a file.");
        }
        _names = [.. progress.Names.Order(StringComparer.Ordinal)];
        var header = Line([Epoch, .. _names]);
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
        if (!_append || !IsContinued(header))
        {
            Write(header, FileMode.Create);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var metrics = progress.Figures;
        Write(
            Line([progress.Epoch.ToString(CultureInfo.InvariantCulture), .. _names.Select(name => Number(metrics[name]))]),
            FileMode.Append);
    }

    private bool IsContinued(string header)
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length == 0)
        {
            return false;
        }
        using var reader = new StreamReader(Path, Encoding.UTF8);
        var first = reader.ReadLine() ?? "";
        if (first != header.TrimEnd('\n'))
        {
            throw new InvalidDataException($"CsvLogger can't continue '{Path}': its columns are '{first}', and this fit's "
                + $"'{header.TrimEnd('\n')}'. Give another path, or append: false to replace the file.");
        }
        using var stream = File.OpenRead(Path);
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n' ? true : throw new InvalidDataException(
            $"CsvLogger can't continue '{Path}': its last line has no end. Remove that line, or give append: false to replace the file.");
    }

    // One call of the system for the whole line: who reads meanwhile meets all of it or nothing, but for a line across the end of a page,
    // which the system may show in two.
    private void Write(string line, FileMode mode)
    {
        using var stream = new FileStream(Path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Write(Encoding.UTF8.GetBytes(line));
    }

    private string Line(IEnumerable<string> cells) => string.Join(Separator, cells.Select(Cell)) + '\n';

    private string Cell(string text) =>
        text.Contains(Separator, StringComparison.Ordinal) || text.AsSpan().ContainsAny(Quote, '\r', '\n') ?
            Quote + text.Replace("\"", "\"\"", StringComparison.Ordinal) + Quote :
            text;

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : MetricText.Number(value);
}
