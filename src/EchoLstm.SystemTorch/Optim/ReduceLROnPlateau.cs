namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplies the learning rates by a factor when a metric has stopped getting better.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _rising;
                    private readonly bool _relative;
                    private readonly double _factor;
                    private readonly int _patience;
                    private readonly double _threshold;
                    private readonly int _cooldown;
                    private readonly double _eps;
                    private readonly List<double> _min_lrs;
                    private double _best;
                    private int _cooldownLeft;
                    private int _badEpochs;

                    /// <summary>Makes the scheduler.</summary>
                    /// <param name="optimizer">Whose learning rates to change.</param>
                    /// <param name="mode">Whether the metric is to fall (min) or to rise (max).</param>
                    /// <param name="factor">What to multiply the learning rates by.</param>
                    /// <param name="patience">How many epochs without improvement to wait.</param>
                    /// <param name="threshold">By how much a metric has to be better.</param>
                    /// <param name="threshold_mode">Whether the threshold is a share of the best (rel) or a difference (abs).</param>
                    /// <param name="cooldown">How many epochs to wait after a change before counting again.</param>
                    /// <param name="min_lr">The smallest learning rates, one for all groups or one for each; 0 when null.</param>
                    /// <param name="eps">Smaller changes are not made.</param>
                    /// <param name="verbose">Whether to print each change.</param>
                    public ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10,
                        double threshold = 1e-4,
                        string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                        : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1.0) throw new ArgumentException("Factor should be < 1.0");
                        if (mode is not ("min" or "max")) throw new ArgumentException($"mode {mode} is unknown!");
                        if (threshold_mode is not ("rel" or "abs")) throw new ArgumentException($"threshold mode {threshold_mode} is unknown!");

                        (_rising, _relative) = (mode == "max", threshold_mode == "rel");
                        (_factor, _patience, _threshold, _cooldown, _eps) = (factor, patience, threshold, cooldown, eps);
                        _min_lrs = min_lr is { Count: > 1 } ? [.. min_lr] : [.. _base_lrs.Select(_ => min_lr?.FirstOrDefault() ?? 0.0)];
                        _best = _rising ? double.NegativeInfinity : double.PositiveInfinity;
                    }

                    /// <summary>Goes to an epoch with its metric.</summary>
                    /// <param name="current">The metric.</param>
                    /// <param name="epoch">The epoch's number, or null for the next.</param>
                    public override void step(double current, int? epoch = null)
                    {
                        _last_epoch = epoch ?? _last_epoch + 1;
                        if (IsBetter(current))
                        {
                            _best = current;
                            _badEpochs = 0;
                        }
                        else
                        {
                            _badEpochs++;
                        }

                        if (_cooldownLeft > 0)
                        {
                            _cooldownLeft--;
                            _badEpochs = 0;
                        }
                        if (_badEpochs <= _patience) return;

                        Reduce();
                        _cooldownLeft = _cooldown;
                        _badEpochs = 0;
                    }

                    /// <summary>Not without a metric: always an error.</summary>
                    public override void step()
                        => throw new InvalidOperationException("step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    /// <summary>Not without a metric: always an error.</summary>
                    /// <param name="epoch">Not used.</param>
                    public override void step(int? epoch)
                        => throw new InvalidOperationException("step(int?) should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    private bool IsBetter(double current) => (_rising, _relative) switch
                    {
                        (false, true) => current < _best * (1 - _threshold),
                        (false, false) => current < _best - _threshold,
                        (true, true) => current > _best * (1 + _threshold),
                        (true, false) => current > _best + _threshold,
                    };

                    private void Reduce()
                    {
                        foreach (var (group, i) in _optimizer.ParamGroups.Select((group, i) => (group, i)).ToList())
                        {
                            var rate = Math.Max(group.LearningRate * _factor, _min_lrs[i]);
                            if (group.LearningRate - rate <= _eps) continue;
                            group.LearningRate = rate;
                            if (_verbose) Console.WriteLine($"Epoch {_last_epoch}: reducing learning rate of group {i} to {rate:g4}.");
                        }
                    }
                }
            }

            /// <summary>Multiplies the learning rates by a factor when a metric has stopped getting better.</summary>
            /// <param name="optimizer">Whose learning rates to change.</param>
            /// <param name="mode">Whether the metric is to fall (min) or to rise (max).</param>
            /// <param name="factor">What to multiply the learning rates by.</param>
            /// <param name="patience">How many epochs without improvement to wait.</param>
            /// <param name="threshold">By how much a metric has to be better.</param>
            /// <param name="threshold_mode">Whether the threshold is a share of the best (rel) or a difference (abs).</param>
            /// <param name="cooldown">How many epochs to wait after a change before counting again.</param>
            /// <param name="min_lr">The smallest learning rates, one for all groups or one for each; 0 when null.</param>
            /// <param name="eps">Smaller changes are not made.</param>
            /// <param name="verbose">Whether to print each change.</param>
            public static LRScheduler ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10,
                double threshold = 1e-4, string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8,
                    bool verbose = false)
                => new impl.ReduceLROnPlateau(optimizer, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps, verbose);
        }
    }
}
