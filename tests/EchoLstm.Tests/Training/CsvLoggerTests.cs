using System.Text;

namespace EchoLstm.Tests.Training;

public sealed class CsvLoggerTests : IDisposable
{
    private const string Header = "epoch,accuracy,figure_error,loss,val_accuracy,val_figure_error,val_loss\n";

    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "training log.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_epoch_is_a_line()
    {
        GivenFigures.Fit([0.25, 1, 4], new CsvLogger(File));

        // What is trained on and measured is the weight of the epoch before; the first is drawn with seed 1.
        var lines = Lines();
        lines[0].Should().Be(Header.TrimEnd('\n'));
        lines[1].Split(',')[0].Should().Be("0");
        lines[2].Should().Be("1,0,0.25,0.5625,1,1,0");
        lines[3].Should().Be("2,1,1,0,1,4,9");
        lines.Should().HaveCount(5).And.EndWith("");
    }

    [Fact]
    public void Numbers_have_all_their_digits_in_every_culture()
    {
        using var german = new GermanCulture();

        var history = GivenFigures.Fit([1 / 3.0, double.NaN, 0.1], new CsvLogger(File, ";"), new LearningRateScheduler((epoch, _) => epoch + 0.5));

        var lines = Lines();
        lines[0].Should().Be("epoch;accuracy;figure_error;learning_rate;loss;val_accuracy;val_figure_error;val_loss");
        double.Parse(lines[1].Split(';')[7], System.Globalization.CultureInfo.InvariantCulture).Should().Be(history["val_loss"][0]);
        lines[2].Split(';')[3].Should().Be("1.5");
        lines[2].Split(';')[6].Should().Be("nan");
    }

    [Fact]
    public void A_line_is_there_when_its_epoch_ends()
    {
        List<int> lines = [];

        GivenFigures.Fit([1, 2, 3], new CsvLogger(File), new LambdaCallback(onTrainBegin: _ => lines.Add(Lines().Length - 1), onEpochEnd: _ => lines.Add(Lines().Length - 1)));

        lines.Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void Whoever_reads_meanwhile_meets_no_half_line_but_at_a_pages_end()
    {
        const int enough = 100;
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var (isDone, reads, halves) = (false, 0, new List<string>());
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                if (System.IO.File.Exists(File) && Read() is { Length: > 0 } text)
                {
                    Interlocked.Increment(ref reads);
                    if (text[^1] != '\n')
                    {
                        halves.Add(text);
                    }
                }
            }
        }) { IsBackground = true }; // a fit that fails must not leave the process waiting for it
        reader.Start();

        var untilRead = new LambdaCallback(onEpochEnd: progress =>
        {
            if (Volatile.Read(ref reads) >= enough)
            {
                progress.Stop();
            }
        });
        var history = model.Fit(new float[,] { { 1 } }, new float[,] { { 1 } }, epochs: 1_000_000, verbose: 0, callbacks: [new CsvLogger(File), untilRead]);
        Volatile.Write(ref isDone, true);
        reader.Join();

        // The system copies page by page, and a reader may come in between.
        halves.Where(text => Encoding.UTF8.GetByteCount(text) % Environment.SystemPageSize != 0).Should().BeEmpty();
        Lines().Should().HaveCount(history.Epochs.Count + 2);
    }

    [Fact]
    public void A_fit_that_fails_leaves_the_lines_of_its_epochs_and_no_open_file()
    {
        Assert.Throws<InvalidOperationException>(() => GivenFigures.Fit([1, 2, 3], new CsvLogger(File), new LambdaCallback(onEpochBegin: progress =>
        {
            if (progress.Epoch == 2)
            {
                throw new InvalidOperationException("enough");
            }
        })));

        Lines().Should().HaveCount(4);
        System.IO.File.Open(File, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 5)]
    public void A_second_fit_replaces_or_continues(bool append, int lines)
    {
        var logger = new CsvLogger(File, append: append);
        GivenFigures.Fit([1, 2], logger);

        GivenFigures.Fit([3, 4], logger);

        Lines().Should().HaveCount(lines + 1);
        Read().Should().StartWith(Header);
        Read().Split("epoch,").Should().HaveCount(2, "there is one header");
    }

    [Fact]
    public void An_empty_file_gets_its_header()
    {
        System.IO.File.WriteAllText(File, "");

        GivenFigures.Fit([1], new CsvLogger(File, append: true));

        Read().Should().StartWith(Header);
    }

    [Fact]
    public void A_file_with_other_columns_is_not_continued()
    {
        System.IO.File.WriteAllText(File, "epoch,loss\n0,1\n");

        Errors.Expect<InvalidDataException>(
            () => GivenFigures.Fit([1], new CsvLogger(File, append: true)),
            $"CsvLogger can't continue '{File}': its columns are 'epoch,loss', and this fit's '{Header.TrimEnd('\n')}'. Give another path, or append: false to replace the file.");
        Read().Should().Be("epoch,loss\n0,1\n");
    }

    [Fact]
    public void A_file_that_ends_in_half_a_line_is_not_continued()
    {
        System.IO.File.WriteAllText(File, Header + "0,1,2");

        Errors.Expect<InvalidDataException>(
            () => GivenFigures.Fit([1], new CsvLogger(File, append: true)),
            $"CsvLogger can't continue '{File}': its last line has no end. Remove that line, or give append: false to replace the file.");
        Read().Should().Be(Header + "0,1,2");
    }

    [Fact]
    public void Folders_are_made()
    {
        var file = Path.Combine(_folder.Path, "a", "b", "log.csv");

        GivenFigures.Fit([1], new CsvLogger(file));

        System.IO.File.ReadAllText(file).Should().StartWith(Header);
    }

    [Fact]
    public void A_folder_is_no_file() => Errors.Expect<IOException>(
        () => GivenFigures.Fit([1], new CsvLogger(_folder.Path)),
        $"CsvLogger can't write '{_folder.Path}': it is a folder. Give the name of a file.");

    [Fact]
    public void A_name_with_a_separator_stands_in_quotes()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0), Metric.Custom((target, output) => output - target, "lead, \"signed\""));

        model.Fit(new float[,] { { 1 } }, new float[,] { { 1 } }, verbose: 0, callbacks: [new CsvLogger(File)]);

        Lines()[0].Should().Be("epoch,\"lead, \"\"signed\"\"\",loss");
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new CsvLogger(" "));
        Assert.Throws<ArgumentException>(() => new CsvLogger(File, ""));
        foreach (var separator in new[] { ".", "-", "e", "1", "\n", "\"" })
        {
            Assert.Throws<ArgumentException>(() => new CsvLogger(File, separator)).Message.Should()
                .StartWith($"The separator '{separator}' would be mistaken for a part of a number, a name or a line. Use \",\", \";\" or \"\\t\".");
        }
        _ = new CsvLogger(File, "\t");
    }

    private string Read()
    {
        using var stream = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private string[] Lines() => Read().Split('\n');
}
