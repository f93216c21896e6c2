namespace EchoLstm.Kernels.Lanes;

/// <summary>
/// A vector of floats of one width. The kernels are written once, for any width; the compiler makes a version for each. Operations are
/// lane by lane.
/// </summary>
/// <typeparam name="TSelf">The vector.</typeparam>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>How many floats.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf All(float value);

    static abstract TSelf Load(float* from);

    void Store(float* to);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a · b + c, rounded once where the machine can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf SquareRoot(TSelf a);

    static abstract TSelf Abs(TSelf a);

    /// <summary>The smaller of two; b where one is NaN.</summary>
    static abstract TSelf Least(TSelf a, TSelf b);

    /// <summary>The larger of two; b where one is NaN.</summary>
    static abstract TSelf Greatest(TSelf a, TSelf b);

    /// <summary>then where a &lt; b, else otherwise; NaN is not less than anything.</summary>
    static abstract TSelf WhereLess(TSelf a, TSelf b, TSelf then, TSelf otherwise);

    /// <summary>The sum of the lanes.</summary>
    float Sum();

    /// <summary>The largest of the lanes; NaN where one is NaN.</summary>
    float Largest();

    /// <summary>2ⁿ of a float whose lowest bits are those of the integer n + 127, as adding 1.5 · 2²³ + 127 leaves them.</summary>
    static abstract TSelf PowerOfTwo(TSelf biased);
}
