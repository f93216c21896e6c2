using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNStateTests
{
    [Fact]
    public void A_state_copies_into_an_equal_module()
    {
        using var source = Model();
        using var target = Model();

        var (missing, unexpected) = target.load_state_dict(source.state_dict());

        missing.Should().BeEmpty();
        unexpected.Should().BeEmpty();
        Equal(source, target);
        target.parameters().First().Should().NotBeSameAs(source.parameters().First());
    }

    [Fact]
    public void Missing_and_unexpected_names_are_an_error_unless_allowed()
    {
        using var model = Model();
        var state = model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value);
        state.Remove("0.bias");
        state.Add("extra", zeros(1));

        model.Invoking(module => module.load_state_dict(state)).Should().Throw<InvalidOperationException>().WithMessage("*not identical*");
        var (missing, unexpected) = model.load_state_dict(state, strict: false);
        missing.Should().Equal("0.bias");
        unexpected.Should().Equal("extra");
        model.load_state_dict(state, skip: ["0.bias", "extra"]).missing_keys.Should().BeEmpty();
        state["extra"].Dispose();
    }

    [Fact]
    public void Skipped_names_keep_their_values()
    {
        using var source = Model();
        using var target = Model();
        double[] bias = NNSamples.Elements(target.get_parameter("0.bias") ?? target.state_dict()["0.bias"]);

        target.load_state_dict(source.state_dict(), skip: ["0.bias"]);

        NNSamples.Elements(target.state_dict()["0.bias"]).Should().Equal(bias);
        NNSamples.Elements(target.state_dict()["0.weight"]).Should().Equal(NNSamples.Elements(source.state_dict()["0.weight"]));
    }

    [Fact]
    public void Prefixes_are_put_before_the_names()
    {
        using var linear = Linear(1, 1);
        var all = new Dictionary<string, Tensor>();

        linear.state_dict(all, "a");
        linear.state_dict(all, "b");

        all.Keys.Should().Equal("a.weight", "a.bias", "b.weight", "b.bias");
    }

    [Fact]
    public void Saved_states_load_from_files_streams_and_readers()
    {
        using var source = Model();
        string file = Path.GetTempFileName();
        try
        {
            source.save(file).Should().BeSameAs(source);
            using (var target = Model())
            {
                target.load(file).Should().BeSameAs(target);
                Equal(source, target);
            }

            using var memory = new MemoryStream();
            source.save(memory);
            memory.ToArray().Should().Equal(File.ReadAllBytes(file));
            using var other = Model();
            other.load(new MemoryStream(memory.ToArray()));
            Equal(source, other);

            using var reader = new BinaryReader(new MemoryStream(memory.ToArray()));
            using var third = Model();
            var loaded = new Dictionary<string, bool>();
            third.load(reader, loadedParameters: loaded);
            Equal(source, third);
            loaded.Keys.Should().BeEquivalentTo(source.state_dict().Keys);
            loaded.Values.Should().OnlyContain(found => found);
        }
        finally
        {
            File.Delete(file);
        }
        using var missing = Model();
        missing.Invoking(module => module.load(file)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void The_file_format_is_a_count_then_names_and_tensors()
    {
        using var linear = Linear(2, 1, hasBias: false);
        using (no_grad())
        {
            using var values = tensor(new[] { 1f, -2f }).reshape(1, 2);
            linear.weight.copy_(values);
        }
        using var memory = new MemoryStream();

        linear.save(memory);

        byte[] expected = [1, 6, .. "weight"u8, 6, 2, 1, 2, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
        memory.ToArray().Should().Equal(expected);
    }

    [Fact]
    public void Mismatched_files_are_refused()
    {
        using var source = Model();
        using var memory = new MemoryStream();
        source.save(memory);
        Stream Saved() => new MemoryStream(memory.ToArray());

        using var smaller = Linear(2, 3);
        smaller.Invoking(module => module.load(Saved())).Should().Throw<ArgumentException>().WithMessage("*expected 2, but found 4 entries*");
        using var renamed = Sequential(("first", Linear(2, 3)), ("second", Linear(3, 1)));
        renamed.Invoking(module => module.load(Saved())).Should().Throw<ArgumentException>().WithMessage("*'0.weight'*");
        using var wider = Sequential(Linear(2, 4), Linear(4, 1));
        wider.Invoking(module => module.load(Saved())).Should().Throw<ArgumentException>();
        using var doubled = Sequential(Linear(2, 3), Linear(3, 1)).to(ScalarType.Float64);
        doubled.Invoking(module => module.load(Saved())).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Skipped_names_are_not_written()
    {
        using var source = Model();
        using var memory = new MemoryStream();
        source.save(memory, ["1.weight", "1.bias"]);

        using var first = Sequential(Linear(2, 3));
        first.load(new MemoryStream(memory.ToArray()));

        NNSamples.Elements(first.state_dict()["0.weight"]).Should().Equal(NNSamples.Elements(source.state_dict()["0.weight"]));
    }

    [Fact]
    public void Recurrent_modules_save_and_load()
    {
        using var source = LSTM(2, 3, bidirectional: true);
        using var target = LSTM(2, 3, bidirectional: true);
        using var memory = new MemoryStream();

        source.save(memory);
        target.load(new MemoryStream(memory.ToArray()));

        Equal(source, target);
        using var scope = NewDisposeScope();
        var input = ones(4, 1, 2);
        NNSamples.Elements(target.call(input).Item1).Should().Equal(NNSamples.Elements(source.call(input).Item1));
    }

    private static Sequential Model() => Sequential(Linear(2, 3), Linear(3, 1));

    private static void Equal(Module one, Module other)
    {
        var (first, second) = (one.state_dict(), other.state_dict());
        second.Keys.Should().Equal(first.Keys);
        foreach (string key in first.Keys) NNSamples.Elements(second[key]).Should().Equal(NNSamples.Elements(first[key]));
    }
}
