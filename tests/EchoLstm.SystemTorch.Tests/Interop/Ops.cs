using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>Bare operators: what lies under the public functions is tested without them.</summary>
internal static class Ops
{
    private static readonly Operator AddOperator = Operator.Find("aten::add", "Tensor");
    private static readonly Operator MulOperator = Operator.Find("aten::mul", "Tensor");
    private static readonly Operator SumOperator = Operator.Find("aten::sum");
    private static readonly Operator MatmulOperator = Operator.Find("aten::mm");
    private static readonly Operator TanhOperator = Operator.Find("aten::tanh");
    private static readonly Operator TransposeOperator = Operator.Find("aten::t");

    internal static Tensor Add(Tensor a, Tensor b) => AddOperator.Call(a, b);

    internal static Tensor Mul(Tensor a, Tensor b) => MulOperator.Call(a, b);

    internal static Tensor Sum(Tensor a) => SumOperator.Call(a);

    internal static Tensor Matmul(Tensor a, Tensor b) => MatmulOperator.Call(a, b);

    internal static Tensor Tanh(Tensor a) => TanhOperator.Call(a);

    internal static Tensor Transposed(Tensor a) => TransposeOperator.Call(a);

    internal static Tensor Vector(params float[] values) => Tensor.FromData<float>(values, [values.Length], ScalarType.Float32);

    internal static Tensor Doubles(params double[] values) => Tensor.FromData<double>(values, [values.Length], ScalarType.Float64);

    internal static Tensor Matrix(int rows, int columns, params float[] values) =>
        Tensor.FromData<float>(values, [rows, columns], ScalarType.Float32);

    internal static Tensor Zeros(params long[] sizes) => Operator.Find("aten::zeros").Call(sizes);

    internal static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
