namespace TorchSharp.Utils;

/// <summary>Walks the elements of a tensor in order and knows where each lies in memory, without a division an element.</summary>
internal struct StridedWalk
{
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly long[] _position;

    internal StridedWalk(long[] shape, long[] strides, long start)
    {
        _shape = shape;
        _strides = strides;
        _position = new long[shape.Length];
        for (var i = shape.Length - 1; i >= 0 && start > 0; i--)
        {
            start = Math.DivRem(start, shape[i], out _position[i]);
            Offset += _position[i] * strides[i];
        }
    }

    /// <summary>The distance of the current element from the first one, in elements.</summary>
    internal long Offset { get; private set; }

    internal void Advance()
    {
        for (var i = _shape.Length - 1; i >= 0; i--)
        {
            Offset += _strides[i];
            if (++_position[i] < _shape[i])
            {
                return;
            }

            Offset -= _position[i] * _strides[i];
            _position[i] = 0;
        }
    }
}
