using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills tensors with initial values, in place and without a trace in the autograd graph.</summary>
        public static class init
        {
            private static readonly Operator Fill = Operator.Find("aten::fill_", "Scalar");
            private static readonly Operator FillDiagonal = Operator.Find("aten::fill_diagonal_");
            private static readonly Operator Uniform = Operator.Find("aten::uniform_");
            private static readonly Operator Normal = Operator.Find("aten::normal_");
            private static readonly Operator Factorise = Operator.Find("aten::linalg_qr");
            private static readonly Operator Diagonal = Operator.Find("aten::diagonal");
            private static readonly Operator Sign = Operator.Find("aten::sign");
            private static readonly Operator Transpose = Operator.Find("aten::t");
            private static readonly Operator Multiply = Operator.Find("aten::mul_", "Tensor");
            private static readonly Operator Scale = Operator.Find("aten::mul_", "Scalar");
            private static readonly Operator ViewAs = Operator.Find("aten::view_as");
            private static readonly Operator Copy = Operator.Find("aten::copy_");

            /// <summary>What follows a layer, for the gain of its initial values.</summary>
            public enum NonlinearityType
            {
                /// <summary>Nothing.</summary>
                Linear = 0,

                /// <summary>A convolution along one axis.</summary>
                Conv1D = 1,

                /// <summary>A convolution along two axes.</summary>
                Conv2D = 2,

                /// <summary>A convolution along three axes.</summary>
                Conv3D = 3,

                /// <summary>A transposed convolution along one axis.</summary>
                ConvTranspose1D = 4,

                /// <summary>A transposed convolution along two axes.</summary>
                ConvTranspose2D = 5,

                /// <summary>A transposed convolution along three axes.</summary>
                ConvTranspose3D = 6,

                /// <summary>The logistic function.</summary>
                Sigmoid = 7,

                /// <summary>The hyperbolic tangent.</summary>
                Tanh = 8,

                /// <summary>max(0, x).</summary>
                ReLU = 9,

                /// <summary>x, or a fraction of it below 0.</summary>
                LeakyReLU = 10
            }

            /// <summary>Which side of a layer keeps its variance.</summary>
            public enum FanInOut
            {
                /// <summary>The inputs, in the forward pass.</summary>
                FanIn = 0,

                /// <summary>The outputs, in the backward pass.</summary>
                FanOut = 1
            }

            /// <summary>The factor by which initial values are to be larger before a nonlinearity.</summary>
            /// <param name="nonlinearity">The nonlinearity.</param>
            /// <param name="param">The slope below 0 of a leaky ReLU.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + param * param)),
                _ => 1.0,
            };

            /// <summary>The numbers of inputs and outputs of one unit of a layer.</summary>
            /// <param name="tensor">The layer's weight, (outputs, inputs) or (filters, channels, kernel ...).</param>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                    throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                var field = shape.Skip(2).Aggregate(1L, (product, size) => product * size);
                return (shape[1] * field, shape[0] * field);
            }

            /// <summary>Fills with ones.</summary>
            /// <param name="tensor">The tensor.</param>
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1);

            /// <summary>Fills with zeros.</summary>
            /// <param name="tensor">The tensor.</param>
            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0);

            /// <summary>Fills with one value.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="val">The value.</param>
            public static Tensor constant_(Tensor tensor, Scalar val)
            {
                using var _ = no_grad();
                Fill.CallDropping(tensor, val);
                return tensor;
            }

            /// <summary>Makes a matrix the identity.</summary>
            /// <param name="tensor">A tensor of two axes.</param>
            public static Tensor eye_(Tensor tensor)
            {
                if (tensor.ndim != 2) throw new ExternalException("Only tensors with 2 dimensions are supported");
                using var _ = no_grad();
                Fill.CallDropping(tensor, 0);
                FillDiagonal.CallDropping(tensor, 1);
                return tensor;
            }

            /// <summary>Draws from the uniform distribution.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="low">The lower bound, included.</param>
            /// <param name="high">The upper bound, excluded.</param>
            /// <param name="generator">Where the random numbers come from, the default one when null.</param>
            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null)
            {
                using var _ = no_grad();
                Uniform.CallDropping(tensor, low, high, generator);
                return tensor;
            }

            /// <summary>Draws from the normal distribution.</summary>
            /// <param name="tensor">The tensor.</param>
            /// <param name="mean">The mean.</param>
            /// <param name="std">The standard deviation.</param>
            /// <param name="generator">Where the random numbers come from, the default one when null.</param>
            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null)
            {
                using var _ = no_grad();
                Normal.CallDropping(tensor, mean, std, generator);
                return tensor;
            }

            /// <summary>Draws uniformly so that the variance stays through the layer and back (Glorot and Bengio, 2010).</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="gain">A factor, see <see cref="calculate_gain"/>.</param>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var bound = Math.Sqrt(3) * XavierDeviation(tensor, gain);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>The same as <see cref="xavier_uniform_"/>.</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="gain">A factor, see <see cref="calculate_gain"/>.</param>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain);

            /// <summary>Draws normally so that the variance stays through the layer and back (Glorot and Bengio, 2010).</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="gain">A factor, see <see cref="calculate_gain"/>.</param>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => normal_(tensor, 0, XavierDeviation(tensor, gain));

            /// <summary>The same as <see cref="xavier_normal_"/>.</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="gain">A factor, see <see cref="calculate_gain"/>.</param>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1.0) => xavier_normal_(tensor, gain);

            /// <summary>Draws uniformly so that the variance stays before a rectifier (He et al., 2015).</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="a">The slope below 0 of a leaky ReLU.</param>
            /// <param name="mode">Which side of the layer keeps its variance.</param>
            /// <param name="nonlinearity">What follows the layer.</param>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            /// <summary>Draws normally so that the variance stays before a rectifier (He et al., 2015).</summary>
            /// <param name="tensor">The layer's weight.</param>
            /// <param name="a">The slope below 0 of a leaky ReLU.</param>
            /// <param name="mode">Which side of the layer keeps its variance.</param>
            /// <param name="nonlinearity">What follows the layer.</param>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn,
                NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
                => normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            /// <summary>Draws a matrix whose rows (or columns, if those are fewer) are orthonormal (Saxe et al., 2013).</summary>
            /// <param name="tensor">Two axes or more; all but the first count as one.</param>
            /// <param name="gain">A factor.</param>
            public static Tensor orthogonal_(Tensor tensor, double gain = 1.0)
            {
                var shape = tensor.shape;
                if (shape.Length < 2) throw new ExternalException("Only tensors with 2 or more dimensions are supported");
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var (rows, columns) = (shape[0], shape.Skip(1).Aggregate(1L, (product, size) => product * size));
                var drawn = empty(new[] { rows, columns }, device: tensor.device);
                Normal.CallDropping(drawn, 0.0, 1.0);

                var factors = Factorise.CallMany(rows < columns ? Transpose.Call(drawn) : drawn, "reduced");
                // The factorisation leaves the signs open; R's decide, so that every orthogonal matrix is as likely.
                var (q, signs) = (factors[0], Sign.Call(Diagonal.Call(factors[1])));
                Multiply.CallDropping(q, signs);
                if (rows < columns) q = Transpose.Call(q);
                Copy.CallDropping(ViewAs.Call(tensor, q), q);
                Scale.CallDropping(tensor, gain);
                return tensor;
            }

            private static double XavierDeviation(Tensor tensor, double gain)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (fanIn + fanOut));
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }
        }
    }
}
