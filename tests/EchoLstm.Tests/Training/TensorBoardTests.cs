using Microsoft.Extensions.Time.Testing;

namespace EchoLstm.Tests.Training;

public sealed class TensorBoardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_readers_checksum_is_the_standards() => EventFileReader.Crc("123456789"u8).Should().Be(0xE3069283);

    [Fact]
    public void Each_epochs_figures_lie_in_the_folders_train_and_validation()
    {
        var history = GivenFigures.Fit([0.25, 1, 4], new TensorBoard(_folder.Path));

        var (train, validation) = (Events("train"), Events("validation"));
        Scalars(train).Should().Equal(Expected(history, ["loss", "figure_error", "accuracy"], "", [("epoch_learning_rate", [1, 1, 1])]));
        Scalars(validation).Should().Equal(Expected(history, ["loss", "figure_error", "accuracy"], "val_", []));
        train.Skip(1).Concat(validation.Skip(1)).Should().OnlyContain(read => read.Plugin == "scalars" && read.DataClass == 1);
    }

    [Fact]
    public void A_file_begins_with_its_version_and_is_named_as_TensorBoard_wants()
    {
        var clock = AnHourAfter1970();

        GivenFigures.Fit([1], new TensorBoard(_folder.Path, false, null, clock));

        var file = Directory.GetFiles(Path.Combine(_folder.Path, "train")).Should().ContainSingle().Subject;
        Path.GetFileName(file).Should().Be(string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.0000003600.{Environment.MachineName}.{Environment.ProcessId}.0.v2"));
        var events = EventFileReader.Read(file);
        (events[0].Version, events[0].Step, events[0].WallTime).Should().Be(("brain.Event:2", 0, 3600));
        events.Skip(1).Should().OnlyContain(read => read.Version == null && read.WallTime == 3600);
    }

    [Fact]
    public void A_second_fit_has_files_of_its_own()
    {
        var board = new TensorBoard(_folder.Path, false, null, AnHourAfter1970());
        GivenFigures.Fit([1, 2], board);

        GivenFigures.Fit([3, 4, 5], board);

        Directory.GetFiles(Path.Combine(_folder.Path, "train")).Order(StringComparer.Ordinal).Select(file => EventFileReader.Read(file).Count).Should().Equal(1 + (2 * 4), 1 + (3 * 4));
    }

    [Fact]
    public void Without_validation_there_is_no_such_folder()
    {
        Fit(new TensorBoard(_folder.Path), samples: 2);

        Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Should().Equal("train");
    }

    [Fact]
    public void The_rate_is_the_one_that_the_epoch_ran_with()
    {
        GivenFigures.Fit([1, 2, 2, 2], new ReduceLrOnPlateau(GivenFigures.Name, 0.5, patience: 1), new TensorBoard(_folder.Path));

        Scalars(Events("train")).Where(scalar => scalar.Tag == "epoch_learning_rate").Select(scalar => scalar.Value).Should().Equal(1, 1, 0.5f, 0.25f);
    }

    [Fact]
    public void Batches_are_written_as_often_as_asked_for()
    {
        Fit(new TensorBoard(_folder.Path, updateFrequency: 2), samples: 3, epochs: 3);

        // Three batches an epoch: the second, fourth, sixth and eighth of all.
        Scalars(Events("train")).Where(scalar => scalar.Tag == "batch_loss").Should().Equal(("batch_loss", 2, 1), ("batch_loss", 4, 1), ("batch_loss", 6, 1), ("batch_loss", 8, 1));
    }

    [Fact]
    public void Each_fit_counts_its_batches_anew()
    {
        var board = new TensorBoard(_folder.Path, false, 2, AnHourAfter1970());
        Fit(board, samples: 3);
        Fit(board, samples: 3);

        foreach (var file in Directory.GetFiles(Path.Combine(_folder.Path, "train")))
        {
            Scalars(EventFileReader.Read(file)).Where(scalar => scalar.Tag == "batch_loss").Should().Equal(("batch_loss", 2, 1));
        }
    }

    [Fact]
    public void Steps_a_second_are_written_where_that_is_asked_for()
    {
        Fit(new TensorBoard(_folder.Path, writeStepsPerSecond: true), samples: 3);

        var speed = Scalars(Events("train")).Should().ContainSingle(scalar => scalar.Tag == "epoch_steps_per_second").Subject;
        speed.Value.Should().BePositive();
        float.IsFinite(speed.Value).Should().BeTrue();
    }

    [Fact]
    public void Numbers_that_are_none_are_written_too()
    {
        GivenFigures.Fit([double.NaN], new TensorBoard(_folder.Path));

        float.IsNaN(Scalars(Events("validation")).Single(scalar => scalar.Tag == "epoch_figure_error").Value).Should().BeTrue();
    }

    [Fact]
    public void What_is_written_is_there_when_its_epoch_ends()
    {
        List<int> events = [];

        GivenFigures.Fit([1, 2], new TensorBoard(_folder.Path), new LambdaCallback(onEpochEnd: _ => events.Add(Events("train").Count)));

        events.Should().Equal(5, 9);
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new TensorBoard(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorBoard(updateFrequency: 0)).Message.Should().StartWith("updateFrequency is a number of batches: at least 1, or null for epochs only.");
        new TensorBoard().LogDirectory.Should().Be("logs");
    }

    private static FakeTimeProvider AnHourAfter1970() => new(DateTimeOffset.UnixEpoch.AddHours(1));

    private static void Fit(TensorBoard board, int samples, int epochs = 1)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        var ones = new float[samples, 1];
        for (var i = 0; i < samples; i++)
        {
            ones[i, 0] = 1;
        }
        model.Fit(ones, ones, epochs, batchSize: 1, verbose: 0, callbacks: [board]);
    }

    private List<ReadEvent> Events(string folder) => EventFileReader.Read(Directory.GetFiles(Path.Combine(_folder.Path, folder)).Single());

    private static List<(string Tag, long Step, float Value)> Scalars(List<ReadEvent> events) => [.. events.Where(read => read.Tag is not null).Select(read => (read.Tag!, read.Step, read.Value))];

    private static List<(string Tag, long Step, float Value)> Expected(History history, string[] names, string prefix, (string Tag, float[] Values)[] also)
    {
        List<(string, long, float)> scalars = [];
        for (var epoch = 0; epoch < history.Epochs.Count; epoch++)
        {
            scalars.AddRange(names.Select(name => ($"epoch_{name}", (long)epoch, (float)history[prefix + name][epoch])));
            scalars.AddRange(also.Select(one => (one.Tag, (long)epoch, one.Values[epoch])));
        }
        return scalars;
    }
}
