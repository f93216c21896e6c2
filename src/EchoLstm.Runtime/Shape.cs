using System.Collections;

namespace EchoLstm;

/// <summary>
/// The shape of a tensor with its samples axis first, in which a length may be unknown (null): Keras's
/// <c>batch_input_shape</c>. Prints as Keras prints it: <c>(None, 5, 1)</c>.
/// </summary>
public sealed class Shape : IReadOnlyList<long?>, IEquatable<Shape>
{
    private readonly long?[] _axes;

    /// <summary>Creates a shape from its axes, samples first.</summary>
    /// <param name="axes">The length of each axis; null where it is not known.</param>
    /// <exception cref="ArgumentException">A length is negative.</exception>
    public Shape(params IReadOnlyList<long?> axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        _axes = [.. axes];
        for (var i = 0; i < _axes.Length; i++)
        {
            if (_axes[i] < 0)
            {
                throw new ArgumentException($"Axis {i} of the shape {this} is {_axes[i]}; expected a length, or null where it is not "
                    + "known.", nameof(axes));
            }
        }
    }

    internal static Shape Known(ReadOnlySpan<long> lengths)
    {
        var axes = new long?[lengths.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            axes[i] = lengths[i];
        }
        return new Shape(axes);
    }

    /// <summary>The number of axes, the samples axis included.</summary>
    public int Rank => _axes.Length;

    /// <inheritdoc/>
    public int Count => _axes.Length;

    /// <summary>The length of an axis; null where it is not known.</summary>
    /// <param name="index">The axis, 0 being the samples axis.</param>
    public long? this[int index] => _axes[index];

    /// <summary>The length of the last axis (the features); null where it is not known, or there is no axis.</summary>
    public long? Last => Rank == 0 ? null : _axes[^1];

    /// <summary>The same shape with another length of one axis; a shape without axes stays as it is.</summary>
    internal Shape With(int axis, long? length)
    {
        if (Rank == 0)
        {
            return this;
        }
        var axes = (long?[])_axes.Clone();
        axes[axis] = length;
        return new Shape(axes);
    }

    internal Shape WithLast(long? length) => With(Rank - 1, length);

    /// <summary>Whether a tensor of the other shape is one of this shape: equal wherever this one is known.</summary>
    internal bool Accepts(Shape other)
    {
        if (other.Rank != Rank)
        {
            return false;
        }
        for (var i = 0; i < Rank; i++)
        {
            if (_axes[i] is { } known && other._axes[i] is { } actual && known != actual)
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _axes.AsSpan().SequenceEqual(other._axes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var axis in _axes)
        {
            hash.Add(axis);
        }
        return hash.ToHashCode();
    }

    /// <summary>The shape as Keras prints it, e.g. <c>(None, 5, 1)</c> or <c>(5,)</c>.</summary>
    public override string ToString()
    {
        var axes = string.Join(", ", _axes.Select(axis => axis?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "None"));
        return _axes.Length == 1 ? $"({axes},)" : $"({axes})";
    }

    /// <inheritdoc/>
    public IEnumerator<long?> GetEnumerator() => ((IEnumerable<long?>)_axes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
