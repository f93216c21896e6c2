using EchoLstm.Inference;
using static EchoLstm.Tests.Inference.InferenceCases;

namespace EchoLstm.Tests.Inference;

/// <summary>Stepping through a sequence gives the bits of the whole of it, from any state that was saved.</summary>
public class InferenceStreamTests
{
    private const int Batch = 3;

    [Theory]
    [InlineData("steps")]
    [InlineData("lstm on lstm")]
    [InlineData("gru")]
    [InlineData("simple rnn")]
    [InlineData("stateful")]
    [InlineData("masking")]
    [InlineData("words")]
    [InlineData("words with padding")]
    public void Steps_are_the_whole_bit_for_bit(string name)
    {
        using var model = Create(name).Saved();
        using var stream = model.OpenStream(Batch);
        var width = stream.OutputLength / Batch;
        var returnsSteps = model.OutputShape.Rank == 3;
        var whole = Whole(model, name);

        for (var t = 0; t < Steps; t++)
        {
            var y = Step(stream, name, t);
            for (var i = 0; i < Batch; i++)
            {
                var place = returnsSteps ? ((i * Steps) + t) * width : i * width;
                if (returnsSteps || t == Steps - 1)
                {
                    y.AsSpan(i * width, width).ToArray().Should().Equal(whole.AsSpan(place, width).ToArray(), "step {0} of sequence {1}", t, i);
                }
            }
        }
        stream.StepsRead.Should().Be(Steps);
    }

    [Fact]
    public void A_decoder_writes_its_sequence_anew_after_each_step()
    {
        using var model = Create("encoder-decoder").Saved();
        using var stream = model.OpenStream(Batch);
        var y = new float[stream.OutputLength];

        for (var t = 0; t < Steps; t++)
        {
            stream.Step(StepOf(t), y);
        }

        y.Should().Equal(Whole(model, "encoder-decoder"));
        stream.Restore(stream.SaveState());
    }

    [Fact]
    public void A_stream_of_the_model_gives_the_same_bits()
    {
        using var model = Create("steps");
        using var inference = model.Saved();
        using var theirs = model.OpenStream(Batch);
        using var ours = inference.OpenStream(Batch);
        for (var t = 0; t < Steps; t++)
        {
            Step(ours, "steps", t).Should().Equal(theirs.Step(Inputs(t)));
        }

        static float[] Inputs(int t) => StepOf(t);
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("gru")]
    [InlineData("words with padding")]
    public void Another_stream_goes_on_from_a_saved_state(string name)
    {
        using var model = Create(name).Saved();
        using var stream = model.OpenStream(Batch);
        using var other = model.OpenStream(Batch);
        Step(stream, name, 0);
        Step(stream, name, 1);

        other.Restore(stream.SaveState());

        other.StepsRead.Should().Be(2);
        Step(other, name, 2).Should().Equal(Step(stream, name, 2));
        var first = Step(Reset(other), name, 0);
        first.Should().Equal(Step(Reset(stream), name, 0));
        other.StepsRead.Should().Be(1);

        static InferenceStream Reset(InferenceStream stream)
        {
            stream.Reset();
            return stream;
        }
    }

    [Fact]
    public void A_state_is_the_same_bytes_on_every_machine()
    {
        using var model = Create("gru without bias").Saved();
        using var stream = model.OpenStream(2);

        var bytes = stream.SaveState();

        Convert.ToHexString(bytes).Should().Be(
            "454C5353" + "01000000" + "02000000" + "0000000000000000" + "05000000" + "4752552036" // GRU 6
                + new string('0', 2 * 6 * 8) + Checksum(bytes));

        // As everybody else computes it: ISO 3309, the polynomial of zip and PNG.
        static string Checksum(byte[] bytes) => Convert.ToHexString(BitConverter.GetBytes(CrcOfZip(bytes[..^4])));
    }

    [Fact]
    public void A_damaged_byte_anywhere_is_refused_and_the_stream_is_where_it_was()
    {
        using var model = Create("lstm").Saved();
        using var stream = model.OpenStream();
        stream.Step(Inputs(1, 1));
        var state = stream.SaveState();

        for (var i = 0; i < state.Length; i++)
        {
            var damaged = (byte[])state.Clone();
            damaged[i] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => stream.Restore(damaged));
        }
        for (var length = 0; length < state.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => stream.Restore(state.AsSpan(0, length)));
        }
        stream.SaveState().Should().Equal(state);
    }

    [Fact]
    public void A_state_of_other_layers_or_another_number_of_sequences_is_refused()
    {
        using var lstm = Create("lstm").Saved();
        using var gru = Create("gru without bias").Saved();
        using var stream = lstm.OpenStream(2);

        var other = () => gru.OpenStream(2).Restore(stream.SaveState());
        var fewer = () => lstm.OpenStream().Restore(stream.SaveState());

        other.Should().Throw<ArgumentException>().WithMessage(
            "The state is of 2 sequences through LSTM 5; this stream runs 2 through GRU 6. Restore what a stream like this one saved.*");
        fewer.Should().Throw<ArgumentException>().WithMessage("The state is of 2 sequences through LSTM 5; this stream runs 1 through LSTM 5.*");
    }

    [Theory]
    [InlineData("bidirectional", "Bidirectional")]
    [InlineData("backwards", "Lstm")]
    [InlineData("shapes", "Flatten")]
    public void A_layer_that_needs_the_whole_sequence_is_named(string name, string layer)
    {
        using var model = Create(name).Saved();

        var open = () => model.OpenStream();

        open.Should().Throw<InvalidOperationException>().WithMessage(
            $"{layer} '*needs the whole sequence at once, so the model can't be run step by step. Call Predict with whole sequences.");
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_the_stream_is_where_it_was()
    {
        using var model = Create("lstm").Saved();
        using var words = Create("words").Saved();
        using var stream = model.OpenStream();
        using var ofWords = words.OpenStream();
        stream.Step(Inputs(1, 1));
        var state = stream.SaveState();
        var y = new float[2];

        Assert.Throws<ShapeMismatchException>(() => stream.Step(new float[2], y)).Message.Should().Be(
            "A stream takes one step of each sequence: expected 3 numbers for 1 sequences but received 2. Give the steps one after the other.");
        Assert.Throws<ShapeMismatchException>(() => stream.Step(new float[3], new float[3])).Message.Should().Be(
            "A stream's output after a step has 2 numbers, but there is room for 3. Give it a span of OutputLength numbers.");
        Assert.Throws<ArgumentException>(() => stream.Step([1, float.PositiveInfinity, 0], y)).Message.Should().StartWith("x[1] is ");
        Assert.Throws<InvalidOperationException>(() => stream.Step([1], y)).Message.Should().StartWith("The model reads features, not indices");
        Assert.Throws<InvalidOperationException>(() => ofWords.Step([1f], y)).Message.Should().StartWith("The model reads indices");
        Assert.Throws<ArgumentOutOfRangeException>(() => ofWords.Step([-1], y)).Message.Should().StartWith("words[0] is -1");
        stream.SaveState().Should().Equal(state);
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Step(new float[3], y));
    }

    private static float[] Step(InferenceStream stream, string name, int t)
    {
        var y = new float[stream.OutputLength];
        if (ReadsWords(name))
        {
            stream.Step([.. Enumerable.Range(0, Batch).Select(i => Indices(Batch)[(i * Steps) + t])], y);
        }
        else
        {
            stream.Step(StepOf(t), y);
        }
        return y;
    }

    private static float[] StepOf(int t) =>
        [.. Enumerable.Range(0, Batch).SelectMany(i => Inputs(Batch).AsSpan(((i * Steps) + t) * Features, Features).ToArray())];

    private static float[] Whole(InferenceModel model, string name)
    {
        var y = new float[model.OutputLength(Batch, Steps)];
        if (ReadsWords(name))
        {
            model.Predict(Indices(Batch), y, Batch);
        }
        else
        {
            model.Predict(Inputs(Batch), y, Batch);
        }
        return y;
    }

    private static uint CrcOfZip(byte[] bytes)
    {
        using var zip = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("state").Open();
            entry.Write(bytes);
        }
        using var read = new System.IO.Compression.ZipArchive(zip);
        return read.Entries[0].Crc32;
    }
}
