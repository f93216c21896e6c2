namespace TorchSharp;

// Functions of one element at a time.
public static partial class torch
{
    /// <summary>Absolute value of every element.</summary>
    public static Tensor abs(Tensor input) => input.abs();

    /// <summary>Absolute value of every element, in place.</summary>
    public static Tensor abs_(Tensor input) => input.abs_();

    /// <summary>Same as <c>abs</c>.</summary>
    public static Tensor absolute(Tensor input) => input.absolute();

    /// <summary>Same as <c>abs_</c>.</summary>
    public static Tensor absolute_(Tensor input) => input.absolute_();

    /// <summary>Changes the sign of every element.</summary>
    public static Tensor neg(Tensor input) => input.neg();

    /// <summary>Changes the sign of every element, in place.</summary>
    public static Tensor neg_(Tensor input) => input.neg_();

    /// <summary>Same as <c>neg</c>.</summary>
    public static Tensor negative(Tensor input) => input.negative();

    /// <summary>Sign of every element: -1, 0 or 1.</summary>
    public static Tensor sign(Tensor input) => input.sign();

    /// <summary>Sign of every element: -1, 0 or 1, in place.</summary>
    public static Tensor sign_(Tensor input) => input.sign_();

    /// <summary>Square root of every element.</summary>
    public static Tensor sqrt(Tensor input) => input.sqrt();

    /// <summary>Square root of every element, in place.</summary>
    public static Tensor sqrt_(Tensor input) => input.sqrt_();

    /// <summary>Reciprocal square root of every element.</summary>
    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    /// <summary>Reciprocal square root of every element, in place.</summary>
    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();

    /// <summary>Reciprocal of every element.</summary>
    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    /// <summary>Reciprocal of every element, in place.</summary>
    public static Tensor reciprocal_(Tensor input) => input.reciprocal_();

    /// <summary>e to the power of every element.</summary>
    public static Tensor exp(Tensor input) => input.exp();

    /// <summary>e to the power of every element, in place.</summary>
    public static Tensor exp_(Tensor input) => input.exp_();

    /// <summary>2 to the power of every element.</summary>
    public static Tensor exp2(Tensor input) => input.exp2();

    /// <summary><c>exp(x) - 1</c>, exact near zero.</summary>
    public static Tensor expm1(Tensor input) => input.expm1();

    /// <summary><c>exp(x) - 1</c>, exact near zero, in place.</summary>
    public static Tensor expm1_(Tensor input) => input.expm1_();

    /// <summary>Natural logarithm of every element.</summary>
    public static Tensor log(Tensor input) => input.log();

    /// <summary>Natural logarithm of every element, in place.</summary>
    public static Tensor log_(Tensor input) => input.log_();

    /// <summary>Logarithm to base 2 of every element.</summary>
    public static Tensor log2(Tensor input) => input.log2();

    /// <summary>Logarithm to base 2 of every element, in place.</summary>
    public static Tensor log2_(Tensor input) => input.log2_();

    /// <summary>Logarithm to base 10 of every element.</summary>
    public static Tensor log10(Tensor input) => input.log10();

    /// <summary>Logarithm to base 10 of every element, in place.</summary>
    public static Tensor log10_(Tensor input) => input.log10_();

    /// <summary><c>log(1 + x)</c>, exact near zero.</summary>
    public static Tensor log1p(Tensor input) => input.log1p();

    /// <summary><c>log(1 + x)</c>, exact near zero, in place.</summary>
    public static Tensor log1p_(Tensor input) => input.log1p_();

    /// <summary>Rounds every element up.</summary>
    public static Tensor ceil(Tensor input) => input.ceil();

    /// <summary>Rounds every element up, in place.</summary>
    public static Tensor ceil_(Tensor input) => input.ceil_();

    /// <summary>Rounds every element down.</summary>
    public static Tensor floor(Tensor input) => input.floor();

    /// <summary>Rounds every element down, in place.</summary>
    public static Tensor floor_(Tensor input) => input.floor_();

    /// <summary>Rounds every element toward zero.</summary>
    public static Tensor trunc(Tensor input) => input.trunc();

    /// <summary>Rounds every element toward zero, in place.</summary>
    public static Tensor trunc_(Tensor input) => input.trunc_();

    /// <summary>Same as <c>trunc</c>.</summary>
    public static Tensor fix(Tensor input) => input.fix();

    /// <summary>Same as <c>trunc_</c>.</summary>
    public static Tensor fix_(Tensor input) => input.fix_();

    /// <summary>Fractional part of every element.</summary>
    public static Tensor frac(Tensor input) => input.frac();

    /// <summary>Fractional part of every element, in place.</summary>
    public static Tensor frac_(Tensor input) => input.frac_();

    /// <summary>Rounds every element to so many decimals, halves to even.</summary>
    public static Tensor round(Tensor input, long decimals = 0L) => input.round(decimals);

    /// <summary>Rounds every element to so many decimals, halves to even, in place.</summary>
    public static Tensor round_(Tensor input, long decimals = 0L) => input.round_(decimals);

    /// <summary>Error function of every element.</summary>
    public static Tensor erf(Tensor input) => input.erf();

    /// <summary>Error function of every element, in place.</summary>
    public static Tensor erf_(Tensor input) => input.erf_();

    /// <summary>One minus the error function of every element.</summary>
    public static Tensor erfc(Tensor input) => input.erfc();

    /// <summary>One minus the error function of every element, in place.</summary>
    public static Tensor erfc_(Tensor input) => input.erfc_();

    /// <summary>Logistic function <c>1 / (1 + exp(-x))</c> of every element.</summary>
    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    /// <summary>Logistic function <c>1 / (1 + exp(-x))</c> of every element, in place.</summary>
    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();

    /// <summary>Limits every element to the range from <c>min</c> to <c>max</c>; either may be absent.</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    /// <summary>Limits every element to the bounds at the same place in <c>min</c> and <c>max</c>; either may be absent.</summary>
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);

    /// <summary>Limits every element to the range from <c>min</c> to <c>max</c>; either may be absent, in place.</summary>
    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);

    /// <summary>Limits every element to the bounds at the same place in <c>min</c> and <c>max</c>; either may be absent, in place.</summary>
    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp_(min, max);

    /// <summary>Same as <c>clamp</c>.</summary>
    public static Tensor clip(Tensor input, Scalar? min = null, Scalar? max = null) => input.clip(min, max);

    /// <summary>Limits every element from above.</summary>
    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);

    /// <summary>Limits every element from below.</summary>
    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);

    /// <summary>The larger of both elements at every place; NaN wins.</summary>
    public static Tensor maximum(Tensor input, Tensor other) => input.maximum(other);

    /// <summary>The smaller of both elements at every place; NaN wins.</summary>
    public static Tensor minimum(Tensor input, Tensor other) => input.minimum(other);

    /// <summary>The larger of both elements at every place; NaN loses.</summary>
    public static Tensor fmax(Tensor input, Tensor other) => input.fmax(other);

    /// <summary>The smaller of both elements at every place; NaN loses.</summary>
    public static Tensor fmin(Tensor input, Tensor other) => input.fmin(other);

    /// <summary><c>log(exp(x) + exp(y))</c>, computed without overflow.</summary>
    public static Tensor logaddexp(Tensor left, Tensor right) => left.logaddexp(right);

    /// <summary>Length of the hypotenuse over two legs.</summary>
    public static Tensor hypot(Tensor left, Tensor right) => left.hypot(right);

    /// <summary>Replaces NaN and the infinities; absent values mean the largest and the smallest finite number.</summary>
    public static Tensor nan_to_num(Tensor input, double nan = 0d, double? posinf = null, double? neginf = null)
        => input.nan_to_num(nan, posinf, neginf);

    /// <summary>Sine of every element.</summary>
    public static Tensor sin(Tensor input) => input.sin();

    /// <summary>Sine of every element, in place.</summary>
    public static Tensor sin_(Tensor input) => input.sin_();

    /// <summary>Cosine of every element.</summary>
    public static Tensor cos(Tensor input) => input.cos();

    /// <summary>Cosine of every element, in place.</summary>
    public static Tensor cos_(Tensor input) => input.cos_();

    /// <summary>Tangent of every element.</summary>
    public static Tensor tan(Tensor input) => input.tan();

    /// <summary>Tangent of every element, in place.</summary>
    public static Tensor tan_(Tensor input) => input.tan_();

    /// <summary>Arc sine of every element.</summary>
    public static Tensor asin(Tensor input) => input.asin();

    /// <summary>Arc sine of every element, in place.</summary>
    public static Tensor asin_(Tensor input) => input.asin_();

    /// <summary>Arc cosine of every element.</summary>
    public static Tensor acos(Tensor input) => input.acos();

    /// <summary>Arc cosine of every element, in place.</summary>
    public static Tensor acos_(Tensor input) => input.acos_();

    /// <summary>Arc tangent of every element.</summary>
    public static Tensor atan(Tensor input) => input.atan();

    /// <summary>Arc tangent of every element, in place.</summary>
    public static Tensor atan_(Tensor input) => input.atan_();

    /// <summary>Hyperbolic sine of every element.</summary>
    public static Tensor sinh(Tensor input) => input.sinh();

    /// <summary>Hyperbolic sine of every element, in place.</summary>
    public static Tensor sinh_(Tensor input) => input.sinh_();

    /// <summary>Hyperbolic cosine of every element.</summary>
    public static Tensor cosh(Tensor input) => input.cosh();

    /// <summary>Hyperbolic cosine of every element, in place.</summary>
    public static Tensor cosh_(Tensor input) => input.cosh_();

    /// <summary>Hyperbolic tangent of every element.</summary>
    public static Tensor tanh(Tensor input) => input.tanh();

    /// <summary>Hyperbolic tangent of every element, in place.</summary>
    public static Tensor tanh_(Tensor input) => input.tanh_();

    /// <summary>Angle of the point (other, this), in radians.</summary>
    public static Tensor atan2(Tensor input, Tensor other) => input.atan2(other);

    /// <summary>Angle of the point (other, this), in radians, in place.</summary>
    public static Tensor atan2_(Tensor input, Tensor other) => input.atan2_(other);

    /// <summary>Changes the sign of every element, in place.</summary>
    public static Tensor negative_(Tensor input) => input.neg_();

    /// <summary>Limits every element from above, in place.</summary>
    public static Tensor clamp_max_(Tensor input, Scalar max) => input.clamp_max_(max);

    /// <summary>Limits every element from below, in place.</summary>
    public static Tensor clamp_min_(Tensor input, Scalar min) => input.clamp_min_(min);

    /// <summary>Exponentials along a dimension, scaled to the sum 1.</summary>
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
}
