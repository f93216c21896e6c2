using EchoLstm.Kernels;
using TorchSharp.Modules;

namespace EchoLstm.Training;

/// <summary>
/// How weights follow their gradients. Keras's optimisers with Keras's defaults: <see cref="Adam"/>, <see cref="AdamW"/>,
/// <see cref="Nadam"/>, <see cref="Adamax"/>, <see cref="Adagrad"/>, <see cref="Sgd"/>, <see cref="RmsProp"/>; or any of TorchSharp's by
/// <see cref="TorchOptimizer"/>.
/// </summary>
/// <remarks>An optimiser holds settings. What it learns on the way (moments, counts) belongs to the model that was compiled with
/// it.</remarks>
public abstract class Optimizer
{
    private double _learningRate;
    private LearningRateSchedule? _schedule;
    private double? _clipNorm, _globalClipNorm, _clipValue;

    private protected Optimizer(double learningRate) => _learningRate = AtLeastZero(learningRate, nameof(LearningRate));

    /// <summary>The size of a step (Keras's <c>learning_rate</c>). It may be changed between batches and epochs, e.g. by a callback, on
    /// either engine. Where it follows a <see cref="LearningRateSchedule"/> it is that of the last step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    /// <exception cref="InvalidOperationException">It is set although it follows a schedule.</exception>
    public double LearningRate
    {
        get => _learningRate;
        set
        {
            if (LearningRateSchedule is { } schedule)
            {
                throw new InvalidOperationException($"The learning rate of {Name} follows {schedule.GetType().Name}, so it can't be set. "
                    + $"Leave out {nameof(LearningRateSchedule)}, or what sets the rate.");
            }
            _learningRate = AtLeastZero(value, nameof(LearningRate));
            IsRateSet = true;
        }
    }

    /// <summary>
    /// If set, the learning rate of each step follows from how many steps the model has taken before; the constructor's is not used then.
    /// (Keras's schedule as <c>learning_rate</c>.)
    /// </summary>
    /// <value>null: the rate stays until it is set.</value>
    /// <example><code>
    /// model.Compile(Loss.Huber(), new Adam { LearningRateSchedule = new CosineDecay(0.001, decaySteps: 10_000) });
    /// </code></example>
    public LearningRateSchedule? LearningRateSchedule
    {
        get => _schedule;
        init => Follow(value);
    }

    private protected bool IsRateSet { get; private set; }

    /// <summary>If set, each weight's gradient is scaled down to this length at most (Keras's <c>clipnorm</c>).</summary>
    /// <value>null: no limit.</value>
    public double? ClipNorm { get => _clipNorm; init => _clipNorm = Positive(value, nameof(ClipNorm)); }

    /// <summary>If set, all gradients together are scaled down to this length at most (Keras's <c>global_clipnorm</c>).</summary>
    /// <value>null: no limit.</value>
    public double? GlobalClipNorm { get => _globalClipNorm; init => _globalClipNorm = Positive(value, nameof(GlobalClipNorm)); }

    /// <summary>If set, each number of a gradient is clipped to [-value, value] (Keras's <c>clipvalue</c>).</summary>
    /// <value>null: no limit.</value>
    public double? ClipValue { get => _clipValue; init => _clipValue = Positive(value, nameof(ClipValue)); }

    /// <summary>Sets what all optimisers have, of one that a file describes.</summary>
    internal Optimizer With(double? clipNorm, double? globalClipNorm, double? clipValue, LearningRateSchedule? schedule)
    {
        (_clipNorm, _globalClipNorm, _clipValue) = (
            Positive(clipNorm, nameof(ClipNorm)), Positive(globalClipNorm, nameof(GlobalClipNorm)), Positive(clipValue, nameof(ClipValue)));
        Follow(schedule);
        return this;
    }

    private void Follow(LearningRateSchedule? schedule)
    {
        _schedule = schedule;
        _learningRate = schedule is null ? _learningRate : RateAt(1);
    }

    /// <summary>Keras's name of the optimiser.</summary>
    public abstract string Name { get; }

    /// <summary>What it remembers of each weight, 0 at first, by name; the same on every engine.</summary>
    internal virtual IReadOnlyList<string> Remembers => [];

    /// <summary>The share of each weight, times the rate, that goes at each step before its gradient moves it.</summary>
    internal virtual double DecoupledDecay => 0;

    /// <summary>The rate of a step, counted from 1; a schedule's is shown as <see cref="LearningRate"/> from then on.</summary>
    /// <exception cref="InvalidOperationException">A schedule gave no rate.</exception>
    internal double RateAt(long step)
    {
        if (LearningRateSchedule is not { } schedule)
        {
            return _learningRate;
        }
        var rate = schedule.At(step - 1);
        return rate >= 0 && double.IsFinite(rate)
            ? _learningRate = rate
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{schedule.GetType().Name} gave the learning rate {rate} for step {step - 1}, counted from 0. Return a finite number of "
                    + $"at least 0."));
    }

    /// <summary>Whether the fused engine's kernels know the formula.</summary>
    internal bool HasFusedForm => FormulaAt(1, 0) is not null;

    /// <summary>The formula's numbers for the fused engine at a step, counted from 1.</summary>
    internal UpdateSettings FusedAt(long step)
    {
        var rate = RateAt(step);
        return FormulaAt(step, rate)!.Value with
        {
            Decay = DecoupledDecay * rate,
            ClipValue = ClipValue,
            ClipNorm = ClipNorm,
            GlobalClipNorm = GlobalClipNorm,
        };
    }

    /// <summary>The formula with its numbers at a step; null where the kernels do not have it.</summary>
    private protected virtual UpdateSettings? FormulaAt(long step, double rate) => null;

    /// <summary>Begins to optimise these weights: the moments are zero.</summary>
    internal abstract ParameterUpdate Begin(TrainedWeights trained);

    /// <summary>Throws when clipping was asked for in more than one way, as Keras does.</summary>
    internal void CheckClipping()
    {
        if (new[] { ClipNorm, GlobalClipNorm, ClipValue }.Count(limit => limit is not null) > 1)
        {
            throw new ArgumentException($"{Name}: only one of {nameof(ClipNorm)}, {nameof(GlobalClipNorm)} and {nameof(ClipValue)} can be "
                + "set. Keep the one that is meant.");
        }
    }

    /// <summary>Shows the rate of an optimiser that brings its own, until another is set.</summary>
    internal void ShowRate(double rate)
    {
        if (!IsRateSet)
        {
            _learningRate = rate;
        }
    }

    private protected static double AtLeastZero(double value, string name) =>
        value >= 0 && double.IsFinite(value) ?
            value :
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least 0.");

    private protected static double Fraction(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and below 1.");

    private static double? Positive(double? value, string name) =>
        value is null or (> 0 and < double.PositiveInfinity) ?
            value :
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number above 0, or null for no limit.");
}
