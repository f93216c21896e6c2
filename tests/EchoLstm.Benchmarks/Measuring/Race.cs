using System.Diagnostics;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>Times a workload on several engines, round by round in turn, so that whatever else the machine does hits all of them.</summary>
internal static class Race
{
    private const double RoundSeconds = 0.12;

    // A longer step is timed once, at its first run: rounds of it would take as long as all else.
    private const double SlowStepSeconds = 4;

    // The threads of the engine before may still be spinning.
    private const int PauseMilliseconds = 50;

    internal static IReadOnlyList<Timing> Run(
        Workload workload, IReadOnlyList<Contender> contenders, int rounds, Action<Contender, Exception> failed)
    {
        var lanes = new List<Lane>();
        try
        {
            foreach (var contender in contenders.Where(contender => contender.Knows(workload)))
            {
                try
                {
                    lanes.Add(Lane.Open(workload, contender, contender.Divisor(workload)));
                }
                catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or IOException)
                {
                    failed(contender, failure);
                }
            }
            for (var round = 0; round < rounds; round++)
            {
                foreach (var lane in lanes)
                {
                    lane.Round();
                }
            }
            return [.. lanes.Select(lane => lane.Result(workload))];
        }
        finally
        {
            lanes.ForEach(lane => lane.Dispose());
        }
    }

    private sealed class Lane(Contender contender, IRun run, int divisor) : IDisposable
    {
        private readonly List<double> _microseconds = [];
        private bool _isSlow;
        private long _steps = 1;
        private double? _bytes;

        internal static Lane Open(Workload workload, Contender contender, int divisor)
        {
            var lane = new Lane(contender, contender.Open(divisor == 1 ? workload : workload.Shortened(divisor)), divisor);
            try
            {
                lane.WarmUp();
                return lane;
            }
            catch
            {
                lane.Dispose();
                throw;
            }
        }

        internal void Round()
        {
            if (!_isSlow)
            {
                Thread.Sleep(PauseMilliseconds);
                _microseconds.Add(run.Run(_steps) / _steps * 1e6 * divisor);
            }
        }

        internal Timing Result(Workload workload) => new(workload, contender.Name, _microseconds, _bytes, Note());

        public void Dispose() => run.Dispose();

        private void WarmUp()
        {
            var first = run.Run(1);
            if (first > SlowStepSeconds)
            {
                _isSlow = true;
                _microseconds.Add(first * 1e6 * divisor);
                _bytes = run.AllocatedBytes(first);
                return;
            }
            var warming = Stopwatch.StartNew();
            var (steps, perStep) = (1L, first);
            do
            {
                perStep = run.Run(steps) / steps;
                steps = Math.Max(1, (long)(RoundSeconds / perStep));
            }
            while (warming.Elapsed.TotalSeconds < contender.WarmUpSeconds);
            _bytes = run.AllocatedBytes(perStep);
            _steps = steps;
        }

        private string? Note() => (divisor, _isSlow) switch
        {
            (1, false) => null,
            (1, true) => "1 round, without a warm-up",
            _ => $"timed with 1/{divisor} of the time steps, times {divisor}: autograd's true cost may be more than linear{(_isSlow ? "; 1 round" : "")}",
        };
    }
}
