namespace EchoLstm;

/// <summary>
/// The library's own random numbers: xoshiro256** (Blackman and Vigna), its state filled by SplitMix64. One seed gives one
/// stream on every machine and with every version of TorchSharp, which neither Torch's generator nor <see cref="Random"/> promises.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;
    private double? _spareNormal;

    internal SeededRandom(int seed)
    {
        var state = unchecked((ulong)seed);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>Goes on from a <see cref="State"/>.</summary>
    internal SeededRandom(ulong[] words, double? spareNormal)
    {
        (_s0, _s1, _s2, _s3) = (words[0], words[1], words[2], words[3]);
        _spareNormal = spareNormal;
    }

    /// <summary>Stands for no generator at all: weights that are built with it stay 0, as they will be read from a file.</summary>
    internal static SeededRandom Blank { get; } = new([0, 0, 0, 0], null);

    internal bool IsBlank => ReferenceEquals(this, Blank);

    /// <summary>Where the stream stands.</summary>
    internal (ulong[] Words, double? SpareNormal) State => ([_s0, _s1, _s2, _s3], _spareNormal);

    /// <summary>Goes on where another one stands.</summary>
    internal void SetTo(SeededRandom other) =>
        (_s0, _s1, _s2, _s3, _spareNormal) = (other._s0, other._s1, other._s2, other._s3, other._spareNormal);

    /// <summary>64 random bits.</summary>
    internal ulong NextBits()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number of [0, 1), each multiple of 2^-53 equally likely.</summary>
    internal double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws what dropout leaves: zeros at the rate given, and 1 / (1 - rate) elsewhere, so that the mean stays.</summary>
    internal void DrawKept(double rate, Span<float> values)
    {
        var kept = (float)(1 / (1 - rate));
        foreach (ref var value in values)
        {
            value = NextUniform() < rate ? 0 : kept;
        }
    }

    /// <summary>A number of [-limit, limit).</summary>
    internal double NextUniform(double limit) => ((2 * NextUniform()) - 1) * limit;

    /// <summary>A whole number of [0, bound), each equally likely: Lemire's multiplication, biased draws rejected.</summary>
    internal long NextBelow(long bound)
    {
        var range = (ulong)bound;
        while (true)
        {
            var high = Math.BigMul(NextBits(), range, out var low);
            if (low >= range || low >= (0 - range) % range)
            {
                return (long)high;
            }
        }
    }

    /// <summary>A standard normal number by Marsaglia's polar method.</summary>
    internal double NextNormal()
    {
        if (_spareNormal is { } spare)
        {
            _spareNormal = null;
            return spare;
        }
        while (true)
        {
            var u = NextUniform(1);
            var v = NextUniform(1);
            var square = (u * u) + (v * v);
            if (square is > 0 and < 1)
            {
                var scale = Math.Sqrt(-2 * Math.Log(square) / square);
                _spareNormal = v * scale;
                return u * scale;
            }
        }
    }

    /// <summary>Draws normal numbers of mean 0.</summary>
    internal void DrawNormal(double deviation, Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (float)(deviation * NextNormal());
        }
    }

    /// <summary>A random order of the numbers given, in place (Fisher and Yates).</summary>
    internal void Shuffle(Span<long> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)NextBelow(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
