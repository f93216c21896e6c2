using EchoLstm.Layers;
using EchoLstm.Models;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;

namespace EchoLstm.Orleans.Tests;

/// <summary>A stream in a cluster reads each step once and gives the bits of a stream in one process.</summary>
public class StreamGrainTests
{
    [Fact]
    public async Task Steps_are_those_of_one_process_bit_for_bit()
    {
        await using var cluster = await Cluster.Start();
        var (grain, expected) = (cluster.Grain("a"), cluster.Expected(1, 9));

        for (var t = 1; t <= 5; t++)
        {
            var answer = await grain.Step(t, Cluster.Input(1, t));
            answer.Output.ToArray().Should().Equal(expected[t - 1]);
            answer.Number.Should().Be(t);
            answer.Persisted.Should().Be(t < Cluster.PersistEvery ? 0 : Cluster.PersistEvery);
        }
        var rest = await grain.Steps(6, Enumerable.Range(6, 4).SelectMany(t => Cluster.Input(1, t)).ToArray());
        rest.Output.ToArray().Should().Equal(expected[5..].SelectMany(output => output));
        (rest.Number, rest.Persisted).Should().Be((9, 9));
        (await grain.Peek()).Output.ToArray().Should().Equal(expected[^1]);
    }

    [Fact]
    public async Task A_step_that_was_read_is_answered_again_or_refused_and_never_read_twice()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a");
        var first = await grain.Step(1, Cluster.Input(1, 1));
        var second = await grain.Step(2, Cluster.Input(1, 2));

        (await grain.Step(2, Cluster.Input(1, 2))).Output.ToArray().Should().Equal(second.Output.ToArray());
        var early = await Assert.ThrowsAsync<StreamStepException>(() => grain.Step(1, Cluster.Input(1, 1)));
        early.Expected.Should().Be(3);
        early.Message.Should().Be("The stream sums/a has read step 1 already and reads step 3 next.");
        var late = await Assert.ThrowsAsync<StreamStepException>(() => grain.Steps(5, Cluster.Input(1, 5)));
        late.Expected.Should().Be(3);
        late.Message.Should().Be("The stream sums/a reads step 3 next but was sent step 5. What a silo that ended had not written went with it: send the steps from 3 on again.");
        await Assert.ThrowsAsync<StreamStepException>(() => cluster.Grain("new").Step(0, Cluster.Input(1, 1)));
        (await grain.Step(3, Cluster.Input(1, 3))).Output.ToArray().Should().Equal(cluster.Expected(1, 3)[2]);
        first.Number.Should().Be(1);
    }

    [Fact]
    public async Task A_graph_of_several_inputs_is_refused_by_their_names()
    {
        await using var cluster = await Cluster.Start();
        var (one, other) = (new Input(-1, 1) { Name = "one" }, new Input(-1, 1) { Name = "other" });
        using (var model = new FunctionalModel([one, other], [new Add { Name = "sum" }.Apply(one, other)]))
        {
            model.Build();
            model.Save(Path.Combine(cluster.Folder, "graph.safetensors"));
        }

        (await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Grain("a", "graph").Step(1, new float[1]))).Message.Should()
            .Be("The model 'graph' has the inputs one, other and the outputs sum; a grain's stream has one of each. Open an InferenceStream instead.");
    }

    [Fact]
    public async Task Bad_input_is_refused_in_the_words_of_the_library_and_moves_nothing()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a");
        await grain.Step(1, Cluster.Input(1, 1));

        (await Assert.ThrowsAsync<ArgumentException>(() => grain.Step(2, new float[2]))).Message.Should().Contain("expected 3 numbers for 1 sequences but received 2");
        (await Assert.ThrowsAsync<ArgumentException>(() => grain.Step(2, new[] { 0, float.NaN, 0 }))).Message.Should().Contain("NaN");
        (await Assert.ThrowsAsync<ArgumentException>(() => grain.Steps(2, new float[4]))).Message.Should().Contain("4 numbers are no whole steps of 3");
        await Assert.ThrowsAsync<ArgumentException>(() => grain.Steps(2, new float[0]));
        await Assert.ThrowsAsync<ArgumentException>(() => grain.Steps(2, new[] { 1, 2, 3, 4, 5, float.PositiveInfinity }));

        (await grain.Peek()).Number.Should().Be(1);
        (await grain.Step(2, Cluster.Input(1, 2))).Output.ToArray().Should().Equal(cluster.Expected(1, 2)[1]);
    }

    [Theory]
    [InlineData("sums", "no key of a stream: expected the model's name, a slash and the stream's name")]
    [InlineData("sums/", "no key of a stream")]
    [InlineData("../sums/a", "'..' is no name of a model")]
    [InlineData("a b/c", "'a b' is no name of a model")]
    public async Task A_key_names_a_model_and_a_stream(string key, string message)
    {
        await using var cluster = await Cluster.Start();

        (await Assert.ThrowsAsync<ArgumentException>(() => cluster.Client.GetGrain<IStreamGrain>(key).Peek())).Message.Should().Contain(message);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a", "later");

        (await Assert.ThrowsAsync<FileNotFoundException>(() => grain.Peek())).Message.Should().StartWith("There is no model 'later': save it as ");
        Cluster.Save(cluster.Folder, "later", units: 2, seed: 3);
        (await grain.Step(1, Cluster.Input(1, 1))).Output.ToArray().Should().Equal(cluster.Expected(1, 1, "later")[0]);
    }

    [Fact]
    public async Task A_stream_that_was_let_go_goes_on_from_its_last_step()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a");
        await grain.Steps(1, Enumerable.Range(1, 6).SelectMany(t => Cluster.Input(1, t)).ToArray());
        var seventh = await grain.Step(7, Cluster.Input(1, 7));
        seventh.Persisted.Should().Be(6);

        await cluster.LetGo();

        var place = await grain.Peek();
        (place.Number, place.Persisted).Should().Be((7, 7));
        (await grain.Step(7, Cluster.Input(1, 7))).Output.ToArray().Should().Equal(seventh.Output.ToArray());
        (await grain.Step(8, Cluster.Input(1, 8))).Output.ToArray().Should().Equal(cluster.Expected(1, 8)[7]);
    }

    [Fact]
    public async Task A_fork_goes_on_from_where_the_stream_was_and_a_reset_begins_anew()
    {
        await using var cluster = await Cluster.Start();
        var (grain, expected) = (cluster.Grain("a"), cluster.Expected(1, 4));
        await grain.Steps(1, Enumerable.Range(1, 3).SelectMany(t => Cluster.Input(1, t)).ToArray());

        await grain.Fork("b");
        await grain.Fork("b"); // as where the answer was lost
        await grain.Reset();

        (await cluster.Grain("b").Step(4, Cluster.Input(1, 4))).Output.ToArray().Should().Equal(expected[3]);
        (await grain.Peek()).Should().Match<StreamAnswer>(place => place.Number == 0 && place.Persisted == 0 && place.Output.Length == 0);
        (await grain.Step(1, Cluster.Input(1, 1))).Output.ToArray().Should().Equal(expected[0]);
        (await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fork("b"))).Message.Should().Contain("sums/b has read steps");
        await Assert.ThrowsAsync<ArgumentException>(() => grain.Fork("a"));
        await cluster.LetGo();
        (await cluster.Grain("b").Peek()).Number.Should().Be(4);
    }

    [Fact]
    public async Task A_model_that_is_replaced_goes_on_from_the_state_where_it_can()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a");
        await grain.Step(1, Cluster.Input(1, 1));
        byte[] state;
        using (var old = cluster.Model())
        {
            using var stream = old.OpenStream();
            stream.Step(Cluster.Input(1, 1));
            state = stream.SaveState();
        }

        Replace(cluster, units: 5, seed: 2);
        using (var next = cluster.Model())
        {
            using var stream = next.OpenStream();
            stream.Restore(state);
            (await grain.Step(2, Cluster.Input(1, 2))).Output.ToArray().Should().Equal(stream.Step(Cluster.Input(1, 2)));
        }

        Replace(cluster, units: 6, seed: 2);
        (await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Step(3, Cluster.Input(1, 3)))).Message.Should()
            .Contain("can't go on from the state of the stream sums/a").And.Contain("or call Reset");
        await grain.Reset();
        (await grain.Step(1, Cluster.Input(1, 1))).Output.ToArray().Should().Equal(cluster.Expected(1, 1)[0]);

        File.WriteAllText(Path.Combine(cluster.Folder, "sums.safetensors"), "half a mod");
        (await grain.Step(2, Cluster.Input(1, 2))).Number.Should().Be(2);
    }

    [Fact]
    public async Task What_cant_be_written_is_answered_and_said_not_to_be_written()
    {
        await using var cluster = await Cluster.Start();
        var grain = cluster.Grain("a");
        cluster.Contents.Refuses = true;
        for (var t = 1; t <= 6; t++)
        {
            (await grain.Step(t, Cluster.Input(1, t))).Persisted.Should().Be(0);
        }
        cluster.Contents.Refuses = false;
        (await grain.Step(7, Cluster.Input(1, 7))).Persisted.Should().Be(7);
    }

    [Fact]
    public async Task A_silo_says_at_its_start_what_it_lacks()
    {
        (await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAlone(options => options.PersistEvery = 0))).Message.Should().Contain("PersistEvery is 0");
        (await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAlone(_ => { }))).Message.Should().Contain("there is no ModelFolder");

        static async Task StartAlone(Action<StreamOptions> configure)
        {
            using var host = new HostBuilder()
                .UseOrleans(silo => silo.UseLocalhostClustering().UseEchoLstmStreams(configure)).Build();
            await host.StartAsync();
        }
    }

    private static void Replace(Cluster cluster, int units, int seed)
    {
        Cluster.Save(cluster.Folder, "sums", units, seed);
        // The file system's clock may not have moved since.
        File.SetLastWriteTimeUtc(Path.Combine(cluster.Folder, "sums.safetensors"), DateTime.UtcNow.AddSeconds(units + seed));
    }
}
