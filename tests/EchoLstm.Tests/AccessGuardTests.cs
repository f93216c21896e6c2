namespace EchoLstm.Tests;

/// <summary>Readers beside readers, a change alone, a release when nobody is there.</summary>
public sealed class AccessGuardTests
{
    [Fact]
    public void Readers_changes_and_releases_never_meet()
    {
        var gate = new AccessGuard("model");
        var (readers, changes, releasing, released, looks) = (0, 0, 0, 0, 0);

        Threads.Run(6, i =>
        {
            for (var round = 0; round < 20_000; round++)
            {
                switch ((i + round) % 6)
                {
                    case 0:
                        gate.WhenIdle(() =>
                        {
                            Interlocked.Increment(ref releasing).Should().Be(1);
                            (Volatile.Read(ref readers) + Volatile.Read(ref changes) + Volatile.Read(ref looks)).Should().Be(0);
                            released++;
                            Interlocked.Decrement(ref releasing);
                        });
                        break;
                    case 1:
                        Try(() =>
                        {
                            using var change = gate.Change("Fit");
                            Interlocked.Increment(ref changes).Should().Be(1);
                            using (gate.Change("SetWeights"))
                            using (gate.Read("Predict"))
                            {
                                (Volatile.Read(ref readers) + Volatile.Read(ref releasing)).Should().Be(0);
                            }
                            Interlocked.Decrement(ref changes);
                        });
                        break;
                    case 2:
                        using (gate.Look())
                        {
                            Interlocked.Increment(ref looks);
                            Volatile.Read(ref releasing).Should().Be(0);
                            Interlocked.Decrement(ref looks);
                        }
                        break;
                    default:
                        Try(() =>
                        {
                            using var use = gate.Read("Predict");
                            Interlocked.Increment(ref readers);
                            (Volatile.Read(ref changes) + Volatile.Read(ref releasing)).Should().Be(0);
                            Interlocked.Decrement(ref readers);
                        });
                        break;
                }
            }
        });

        released.Should().Be(20_000);
        using (gate.Change("Fit"))
        {
            // Everybody has left.
        }
    }

    [Fact]
    public void A_release_inside_a_change_waits_for_its_end_and_one_inside_a_release_does_not()
    {
        var gate = new AccessGuard("model");
        var log = new List<string>();
        using (gate.Change("Fit"))
        {
            gate.WhenIdle(() =>
            {
                log.Add("outer");
                gate.WhenIdle(() => log.Add("inner"));
                log.Add("outer ends");
            });
            log.Add("Fit");
        }

        log.Should().Equal("Fit", "outer", "inner", "outer ends");
    }

    [Fact]
    public void A_change_is_known_on_its_own_thread_until_it_ends()
    {
        var gate = new AccessGuard("model");
        using (gate.Change("Fit"))
        {
            gate.IsChangedHere.Should().BeTrue();
            Threads.Run(() => gate.IsChangedHere.Should().BeFalse());
        }

        gate.IsChangedHere.Should().BeFalse();
    }

    [Fact]
    public void A_look_stands_in_nobodys_way()
    {
        var gate = new AccessGuard("model");
        using var look = gate.Look();
        using (gate.Change("Fit"))
        {
            using var another = gate.Look();
        }
        using var read = gate.Read("Predict");
    }

    [Fact]
    public void A_change_that_is_refused_names_the_call_that_came_first_of_those_that_run()
    {
        var gate = new AccessGuard("model");
        gate.Read("Summary").Dispose();
        using var first = gate.Read("Predict");
        using var second = gate.Read("Evaluate");

        Errors.Expect<InvalidOperationException>(
            () => gate.Change("Fit"),
            "Fit can't run while other calls use the same model; the first of them was Predict. Wait until they return, or give each thread a model of its own.");
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (InvalidOperationException)
        {
            // Refused, as somebody else was there.
        }
    }
}
