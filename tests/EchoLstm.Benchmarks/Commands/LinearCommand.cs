using System.CommandLine;
using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Reports;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Shows that the fused engine's cost grows as the work does: over a decade of time steps, samples and epochs.</summary>
internal static class LinearCommand
{
    private const int Rounds = 7;
    private const double RoundSeconds = 0.03;
    private const double WarmUpSeconds = 1;
    private const double Allowed = 1.15;
    private static readonly int[] Decade = [1, 2, 5, 10];

    internal static Command Create()
    {
        var command = new Command("linear", "Times the fused engine over a decade of time steps, samples and epochs.");
        command.SetAction(_ => Run());
        return command;
    }

    private static void Run()
    {
        Console.WriteLine($"Fit of Lstm(5), Dense(1) a step, on the fused engine; medians of {Rounds} rounds");
        Console.WriteLine("what            size           µs   µs each   against the smallest");
        var workload = WorkloadList.ManyToMany;
        Table("time steps", 200, size => new Case(workload with { Steps = size, StepsOut = size }, 1));
        Table("samples", 20, size => new Case(workload with { Batch = size }, 1));
        Table("epochs", 1000, size => new Case(workload, size));
    }

    private static void Table(string what, int smallest, Func<int, Case> make)
    {
        var sizes = Decade.Select(times => times * smallest).ToArray();
        var cases = sizes.Select(make).ToArray();
        try
        {
            foreach (var one in cases)
            {
                one.WarmUp();
            }
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var one in cases)
                {
                    one.Round();
                }
            }
            var each = cases.Select((one, i) => one.Microseconds / sizes[i]).ToArray();
            for (var i = 0; i < sizes.Length; i++)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-12} {sizes[i],7:#,0} {PeerTable.Figure(cases[i].Microseconds),12} {each[i],9:0.000}   {each[i] / each[0]:0.00}x an unit"));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: ten times as many cost {cases[^1].Microseconds / cases[0].Microseconds:0.0} times as much, {(each[^1] <= Allowed * each[0] ? "linear or better" : "MORE THAN LINEAR")}"));
        }
        finally
        {
            foreach (var one in cases)
            {
                one.Dispose();
            }
        }
    }

    /// <summary>One size: fits of so many epochs.</summary>
    private sealed class Case(Workload workload, int epochs) : IDisposable
    {
        private readonly FitRun _run = new(workload, EngineKind.Fused);
        private readonly List<double> _rounds = [];
        private int _repeats = 1;

        internal double Microseconds => Timing.Median(_rounds);

        internal void WarmUp()
        {
            var spent = 0d;
            while (spent < WarmUpSeconds / Decade.Length)
            {
                var seconds = Once();
                spent += seconds;
                _repeats = Math.Max(1, (int)(RoundSeconds / seconds));
            }
        }

        internal void Round()
        {
            var seconds = 0d;
            for (var i = 0; i < _repeats; i++)
            {
                seconds += Once();
            }
            _rounds.Add(seconds / _repeats * 1e6);
        }

        // One-epoch sizes are fitted for many epochs, so that what a fit costs once does not hide what grows.
        private double Once() => epochs > 1 ? _run.Run(epochs) : _run.Run(EpochsOfOne) / EpochsOfOne;

        private const int EpochsOfOne = 20;

        public void Dispose() => _run.Dispose();
    }
}
