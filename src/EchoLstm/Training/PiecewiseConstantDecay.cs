namespace EchoLstm.Training;

/// <summary>A learning rate that changes at given steps (Keras's <c>PiecewiseConstantDecay</c>).</summary>
/// <example><code>
/// new PiecewiseConstantDecay([1000, 5000], [0.01, 0.003, 0.001])    // up to step 1000, up to step 5000, from then on
/// </code></example>
public sealed class PiecewiseConstantDecay : LearningRateSchedule
{
    private readonly long[] _boundaries;
    private readonly double[] _values;

    /// <summary>Creates the schedule.</summary>
    /// <param name="boundaries">The last step of each rate but the last rate's, rising; steps are counted from 0.</param>
    /// <param name="values">The rates, one more than <paramref name="boundaries"/>.</param>
    /// <exception cref="ArgumentException">There are not as many rates as parts, or the boundaries do not rise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative or not finite.</exception>
    public PiecewiseConstantDecay(IReadOnlyList<long> boundaries, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        ArgumentNullException.ThrowIfNull(values);
        (_boundaries, _values) = ([.. boundaries], [.. values.Select(value => Rate(value, nameof(values)))]);
        if (_values.Length != _boundaries.Length + 1)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{_boundaries.Length} boundaries make {_boundaries.Length + 1} parts, but there are ")
                    + FormattableString.Invariant($"{_values.Length} values. Give one rate for each part."),
                nameof(values));
        }
        for (var i = 1; i < _boundaries.Length; i++)
        {
            if (_boundaries[i] <= _boundaries[i - 1])
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"boundaries must rise, but {_boundaries[i]} follows {_boundaries[i - 1]}."),
                    nameof(boundaries));
            }
        }
    }

    /// <summary>The last step of each rate but the last rate's.</summary>
    public IReadOnlyList<long> Boundaries => _boundaries;

    /// <summary>The rates.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <inheritdoc/>
    public override double At(long step)
    {
        var part = 0;
        while (part < _boundaries.Length && step > _boundaries[part])
        {
            part++;
        }
        return _values[part];
    }
}
