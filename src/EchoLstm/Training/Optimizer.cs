using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>
/// How weights follow their gradients. Keras's optimisers with Keras's defaults: <see cref="Adam"/>, <see cref="Sgd"/>,
/// <see cref="RmsProp"/>; or any of TorchSharp's by <see cref="TorchOptimizer"/>.
/// </summary>
/// <remarks>An optimiser holds settings. What it learns on the way (moments, counts) belongs to the model that was compiled with
/// it.</remarks>
public abstract class Optimizer
{
    private double _learningRate;

    private protected Optimizer(double learningRate) => _learningRate = AtLeastZero(learningRate, nameof(LearningRate));

    /// <summary>The size of a step (Keras's <c>learning_rate</c>). It may be changed between batches and epochs, e.g. by a callback, on
    /// either engine.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    public double LearningRate
    {
        get => _learningRate;
        set
        {
            _learningRate = AtLeastZero(value, nameof(LearningRate));
            IsRateSet = true;
        }
    }

    /// <summary>Whether the rate was set after the constructor.</summary>
    private protected bool IsRateSet { get; private set; }

    /// <summary>If set, each weight's gradient is scaled down to this length at most (Keras's <c>clipnorm</c>).</summary>
    /// <value>null: no limit.</value>
    public double? ClipNorm { get; init => field = Positive(value, nameof(ClipNorm)); }

    /// <summary>If set, all gradients together are scaled down to this length at most (Keras's <c>global_clipnorm</c>).</summary>
    /// <value>null: no limit.</value>
    public double? GlobalClipNorm { get; init => field = Positive(value, nameof(GlobalClipNorm)); }

    /// <summary>If set, each number of a gradient is clipped to [-value, value] (Keras's <c>clipvalue</c>).</summary>
    /// <value>null: no limit.</value>
    public double? ClipValue { get; init => field = Positive(value, nameof(ClipValue)); }

    /// <summary>Keras's name of the optimiser.</summary>
    public abstract string Name { get; }

    /// <summary>What it remembers of each weight, 0 at first, by name; the same on every engine.</summary>
    internal virtual IReadOnlyList<string> Remembers => [];

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
    private protected void ShowRate(double rate)
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
