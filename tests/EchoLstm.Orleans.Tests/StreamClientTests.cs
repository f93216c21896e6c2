using System.Reflection;
using Orleans;

namespace EchoLstm.Orleans.Tests;

/// <summary>The client sends again what goes with a silo, and says what it can't know.</summary>
public class StreamClientTests
{
    [Fact]
    public async Task No_step_is_lost_or_read_twice_when_a_silo_is_killed()
    {
        const int streams = 40, steps = 30;
        await using var cluster = await Cluster.Start(silos: 3);
        var clients = new List<StreamClient>();
        for (var i = 0; i < streams; i++)
        {
            clients.Add(await StreamClient.OpenAsync(cluster.Client, "sums", $"s{i}"));
        }

        var killed = Task.CompletedTask;
        for (var t = 1; t <= steps; t++)
        {
            if (t == 15)
            {
                killed = cluster.Kill();
            }
            var outputs = await Task.WhenAll(clients.Select((client, i) => client.StepAsync(Cluster.Input(i, t))));
            if (t is 15 or 16 or steps)
            {
                for (var i = 0; i < streams; i++)
                {
                    outputs[i].Should().Equal(cluster.Expected(i, t)[^1], "stream {0}, step {1}", i, t);
                }
            }
        }
        await killed;
        clients.Should().OnlyContain(client => client.StepsRead == steps && client.Kept < Cluster.PersistEvery);
    }

    [Fact]
    public async Task A_new_client_goes_on_and_two_at_once_are_told()
    {
        await using var cluster = await Cluster.Start();
        using var first = await StreamClient.OpenAsync(cluster.Client, "sums", "a");
        await first.StepAsync(Cluster.Input(1, 1));
        using var second = await StreamClient.OpenAsync(cluster.Client, "sums", "a");
        second.StepsRead.Should().Be(1);
        await second.StepAsync(Cluster.Input(1, 2));
        (await second.StepAsync(Cluster.Input(1, 3))).Should().Equal(cluster.Expected(1, 3)[2]);

        (await Assert.ThrowsAsync<InvalidOperationException>(() => first.StepAsync(Cluster.Input(1, 2)))).Message.Should()
            .Contain("Another client has sent the stream sums/a steps: it reads step 4 next, and this client has sent 1");
        await second.ResetAsync();
        second.StepsRead.Should().Be(0);
        (await second.StepAsync(Cluster.Input(1, 1))).Should().Equal(cluster.Expected(1, 1)[0]);
    }

    [Fact]
    public async Task Steps_that_nobody_keeps_are_told()
    {
        await using var cluster = await Cluster.Start();
        using var client = await StreamClient.OpenAsync(cluster.Client, "sums", "a");
        for (var t = 1; t <= 6; t++)
        {
            await client.StepAsync(Cluster.Input(1, t));
        }
        client.Kept.Should().Be(2);
        await cluster.Grain("a").Reset();

        (await Assert.ThrowsAsync<InvalidOperationException>(() => client.StepAsync(Cluster.Input(1, 7)))).Message.Should()
            .Contain("reads step 1 next, but the client keeps only those from 5 on");
    }

    [Fact]
    public async Task A_storage_that_takes_nothing_is_told_before_memory_is_full()
    {
        await using var cluster = await Cluster.Start();
        using var client = await StreamClient.OpenAsync(cluster.Client, "sums", "a", new StreamClientOptions { MostKept = 5 });
        cluster.Contents.Refuses = true;
        for (var t = 1; t <= 5; t++)
        {
            await client.StepAsync(Cluster.Input(1, t));
        }

        (await Assert.ThrowsAsync<InvalidOperationException>(() => client.StepAsync(Cluster.Input(1, 6)))).Message.Should().Contain("The storage lacks the last 5 steps");
    }

    [Fact]
    public async Task A_fork_goes_on_beside_the_stream()
    {
        await using var cluster = await Cluster.Start();
        using var client = await StreamClient.OpenAsync(cluster.Client, "sums", "a");
        await client.StepAsync(Cluster.Input(1, 1));

        using var fork = await client.ForkAsync("b");

        (await fork.StepAsync(Cluster.Input(1, 2))).Should().Equal(await client.StepAsync(Cluster.Input(1, 2)));
        await fork.StepAsync(Cluster.Input(2, 3));
        (await Assert.ThrowsAsync<InvalidOperationException>(() => client.ForkAsync("b"))).Message.Should().Contain("sums/b has read steps");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whether_a_step_was_read_whose_answer_is_lost_can_be_found_out(bool reads)
    {
        await using var cluster = await Cluster.Start();
        var faults = Faults.Of(cluster.Client);
        using var client = await StreamClient.OpenAsync(faults.Grains, "sums", "a", new StreamClientOptions { RetryFor = TimeSpan.Zero });
        await client.StepAsync(Cluster.Input(1, 1));

        (faults.Fails, faults.Reads) = (true, reads);
        await Assert.ThrowsAsync<TimeoutException>(() => client.StepAsync(Cluster.Input(1, 2)));
        faults.Fails = false;

        (await Assert.ThrowsAsync<InvalidOperationException>(() => client.StepAsync(Cluster.Input(1, 3)))).Message.Should()
            .Contain("it is not known whether the stream sums/a has read step 2: await ResumeAsync");
        (await client.ResumeAsync()).Should().Be(reads ? 2 : 1);
        (await client.StepAsync(Cluster.Input(1, client.StepsRead + 1))).Should().Equal(cluster.Expected(1, reads ? 3 : 2)[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_nobody_answers_is_made_again(bool reads)
    {
        await using var cluster = await Cluster.Start();
        var faults = Faults.Of(cluster.Client);
        using var client = await StreamClient.OpenAsync(
            faults.Grains, "sums", "a", new StreamClientOptions { CallTimeout = TimeSpan.FromMilliseconds(500) });

        (faults.Hangs, faults.Reads) = (2, reads);
        (await client.StepAsync(Cluster.Input(1, 1))).Should().Equal(cluster.Expected(1, 1)[0]);
        (await client.StepAsync(Cluster.Input(1, 2))).Should().Equal(cluster.Expected(1, 2)[1]);

        faults.Hangs.Should().Be(0);
        (await cluster.Grain("a").Peek()).Number.Should().Be(2);
    }

    [Fact]
    public async Task Refused_input_leaves_no_doubt()
    {
        await using var cluster = await Cluster.Start();
        using var client = await StreamClient.OpenAsync(cluster.Client, "sums", "a");

        await Assert.ThrowsAsync<ArgumentException>(() => client.StepAsync(new float[1]));
        await Assert.ThrowsAsync<FileNotFoundException>(() => StreamClient.OpenAsync(cluster.Client, "none", "a"));
        await Assert.ThrowsAsync<ArgumentException>(() => StreamClient.OpenAsync(cluster.Client, "a/b", "c"));

        (await client.StepAsync(Cluster.Input(1, 1))).Should().Equal(cluster.Expected(1, 1)[0]);
    }

    /// <summary>A cluster whose answers to steps are lost.</summary>
    private sealed class Faults
    {
        internal IGrainFactory Grains { get; private init; } = null!;

        internal bool Fails { get; set; }

        internal int Hangs { get; set; } // how many calls get no answer

        internal bool Reads { get; set; }

        internal static Faults Of(IGrainFactory grains)
        {
            var proxy = DispatchProxy.Create<IGrainFactory, Between>();
            var faults = new Faults { Grains = proxy };
            (((Between)(object)proxy).Target, ((Between)(object)proxy).Faults) = (grains, faults);
            return faults;
        }
    }

    // DispatchProxy derives from it.
#pragma warning disable CA1852
    private class Between : DispatchProxy
#pragma warning restore CA1852
    {
        internal object Target { get; set; } = null!;

        internal Faults Faults { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStreamGrain.Step) && (Faults.Fails || Faults.Hangs > 0))
            {
                var read = Faults.Reads ? ((IStreamGrain)Target).Step((long)args![0]!, (ReadOnlyMemory<float>)args[1]!) : null;
                if (Faults.Hangs == 0)
                {
                    return Lose(read);
                }
                Faults.Hangs--;
                return new TaskCompletionSource<StreamAnswer>().Task;
            }
            var made = targetMethod.Invoke(Target, args);
            if (made is not IStreamGrain grain)
            {
                return made;
            }
            var proxy = DispatchProxy.Create<IStreamGrain, Between>();
            (((Between)(object)proxy).Target, ((Between)(object)proxy).Faults) = (grain, Faults);
            return proxy;
        }

        private static async Task<StreamAnswer> Lose(Task<StreamAnswer>? answer)
        {
            if (answer is not null)
            {
                await answer;
            }
            throw new TimeoutException();
        }
    }
}
