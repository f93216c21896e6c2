using System.Text.Json.Serialization;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>A learning rate schedule by Keras's class.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "class")]
[JsonDerivedType(typeof(CosineSchedule), "CosineDecay")]
[JsonDerivedType(typeof(ExponentialSchedule), "ExponentialDecay")]
[JsonDerivedType(typeof(PiecewiseSchedule), "PiecewiseConstantDecay")]
internal abstract record ScheduleSettings
{
    /// <summary>Null for one that is the user's.</summary>
    internal static ScheduleSettings? Of(LearningRateSchedule schedule) => schedule switch
    {
        CosineDecay cosine => new CosineSchedule(
            cosine.InitialLearningRate, cosine.DecaySteps, cosine.Alpha, cosine.WarmupTarget, cosine.WarmupSteps),
        ExponentialDecay decay => new ExponentialSchedule(decay.InitialLearningRate, decay.DecaySteps, decay.DecayRate, decay.Staircase),
        PiecewiseConstantDecay parts => new PiecewiseSchedule([.. parts.Boundaries], [.. parts.Values]),
        _ => null,
    };

    internal abstract LearningRateSchedule Make();
}

internal sealed record CosineSchedule(
    double InitialLearningRate, long DecaySteps, double Alpha, double? WarmupTarget, long WarmupSteps) : ScheduleSettings
{
    internal override LearningRateSchedule Make() =>
        new CosineDecay(InitialLearningRate, DecaySteps, Alpha, WarmupTarget, WarmupSteps);
}

internal sealed record ExponentialSchedule(double InitialLearningRate, long DecaySteps, double DecayRate, bool Staircase)
    : ScheduleSettings
{
    internal override LearningRateSchedule Make() => new ExponentialDecay(InitialLearningRate, DecaySteps, DecayRate, Staircase);
}

internal sealed record PiecewiseSchedule(long[] Boundaries, double[] Values) : ScheduleSettings
{
    internal override LearningRateSchedule Make() => new PiecewiseConstantDecay(Boundaries, Values);
}
