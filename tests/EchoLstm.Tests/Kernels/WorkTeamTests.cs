using System.Diagnostics;
using EchoLstm.Kernels;

namespace EchoLstm.Tests.Kernels;

public sealed class WorkTeamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Each_part_is_run_once_whether_helpers_are_awake_or_asleep()
    {
        var team = new WorkTeam(2);
        var runs = new int[64];
        Action<int> count = part => Interlocked.Increment(ref runs[part]);
        for (var round = 0; round < 2000; round++)
        {
            Array.Clear(runs);
            var parts = 1 + (round % runs.Length);
            team.Run(parts, count);
            runs.Should().Equal(Enumerable.Range(0, runs.Length).Select(part => part < parts ? 1 : 0));
            if (round % 7 == 0)
            {
                Pause(TimeSpan.FromMicroseconds(round % 300)); // round about the time after which a helper falls asleep
            }
        }
    }

    [Fact]
    public void A_helper_comes_again_after_it_fell_asleep()
    {
        var team = new WorkTeam(2);
        if (team.Size == 1)
        {
            return; // one processor has no helpers
        }
        for (var round = 0; round < 3; round++)
        {
            var begun = 0;
            team.Run(2, _ =>
            {
                Interlocked.Increment(ref begun);
                SpinWait.SpinUntil(() => Volatile.Read(ref begun) == 2, Patience).Should().BeTrue("the other part is run beside this one");
            });
            Pause(TimeSpan.FromMilliseconds(5));
        }
    }

    [Fact]
    public void What_a_part_throws_reaches_the_caller_and_the_team_goes_on()
    {
        var team = new WorkTeam(2);
        for (var failing = 0; failing < 32; failing++)
        {
            var runs = 0;
            FluentActions.Invoking(() => team.Run(32, part =>
            {
                Thread.SpinWait(100); // so that helpers have parts too
                if (part == failing)
                {
                    throw new InsufficientMemoryException($"of part {part}");
                }
            })).Should().Throw<InsufficientMemoryException>().WithMessage($"of part {failing}");
            team.Run(32, _ => Interlocked.Increment(ref runs));
            runs.Should().Be(32);
        }
    }

    private static void Pause(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            Thread.SpinWait(20);
        }
    }
}
