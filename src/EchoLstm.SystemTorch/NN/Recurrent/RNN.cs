using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using Tensor = torch.Tensor;

        /// <summary>The plain recurrent layer: h' = tanh(W x + b + U h + c), or relu of it.</summary>
        public sealed class RNN : torch.nn.Module<Tensor, Tensor?, (Tensor, Tensor)>
        {
            private static readonly Operator TanhSequence = Operator.Find("aten::rnn_tanh", "input");
            private static readonly Operator ReluSequence = Operator.Find("aten::rnn_relu", "input");

            private readonly RecurrentLayout _layout;
            private readonly torch.nn.NonLinearities _nonLinearity;

            internal RNN(RecurrentLayout layout, torch.nn.NonLinearities nonLinearity) : base(null, "torch::nn::RNNImpl")
            {
                _layout = layout;
                _nonLinearity = nonLinearity;
                foreach (var (name, parameter) in layout.CreateParameters()) ConditionallyRegisterParameter(name, parameter);
            }

            /// <summary>Runs over a sequence, without hooks.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0">The state to start from, (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last states.</returns>
            public override (Tensor, Tensor) forward(Tensor input, Tensor? h0)
            {
                ThrowIfClosed();
                _layout.CheckInput(input);
                if (h0 is null)
                {
                    using var zeros = _layout.ZeroState(input);
                    return Run(input, zeros);
                }
                _layout.CheckState(input, h0, "hidden");
                return Run(input, h0);
            }

            private (Tensor, Tensor) Run(Tensor input, Tensor state)
            {
                var sequence = _nonLinearity == torch.nn.NonLinearities.ReLU ? ReluSequence : TanhSequence;
                var results = sequence.CallMany(input, state, _internal_params.Values.ToArray<Tensor>(), _layout.Bias, _layout.Layers,
                    _layout.Dropout, training, _layout.Bidirectional, _layout.BatchFirst);
                return (results[0], results[1]);
            }

            /// <summary>Runs over a sequence.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0">The state to start from, (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last states.</returns>
            public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);

            /// <summary>Brings the parameters into the order that cuDNN wants; on the CPU there is nothing to do.</summary>
            public void flatten_parameters() => ThrowIfClosed();

            /// <summary>The bias on the input of a layer, as a new object for the same parameter; null without biases.</summary>
            /// <param name="idx">The layer; with two directions, layer * 2 + direction.</param>
            public Parameter? get_bias_ih(long idx) => Find("bias_ih", idx);

            /// <summary>The bias on the state of a layer, as a new object for the same parameter; null without biases.</summary>
            /// <param name="idx">The layer; with two directions, layer * 2 + direction.</param>
            public Parameter? get_bias_hh(long idx) => Find("bias_hh", idx);

            /// <summary>The matrix for the input of a layer, as a new object for the same parameter.</summary>
            /// <param name="idx">The layer; with two directions, layer * 2 + direction.</param>
            public Parameter? get_weight_ih(long idx) => Find("weight_ih", idx);

            /// <summary>The matrix for the state of a layer, as a new object for the same parameter.</summary>
            /// <param name="idx">The layer; with two directions, layer * 2 + direction.</param>
            public Parameter? get_weight_hh(long idx) => Find("weight_hh", idx);

            private Parameter? Find(string kind, long idx)
            {
                var suffix = _layout.Bidirectional ? $"_l{idx / 2}{(idx % 2 == 1 ? "_reverse" : "")}" : $"_l{idx}";
                return _internal_params.TryGetValue(kind + suffix, out var parameter) ? parameter.Alias() : null;
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>What a plain recurrent layer applies to its sum.</summary>
            public enum NonLinearities
            {
                /// <summary>max(0, x).</summary>
                ReLU = 0,

                /// <summary>The hyperbolic tangent.</summary>
                Tanh = 1
            }

            /// <summary>The plain recurrent layer: h' = tanh(W x + b + U h + c), or relu of it. Initial values are uniform within 1 / √units.</summary>
            /// <param name="inputSize">The number of features of each time step.</param>
            /// <param name="hiddenSize">The number of units.</param>
            /// <param name="numLayers">How many layers lie on top of each other.</param>
            /// <param name="nonLinearity">What is applied to the sum.</param>
            /// <param name="bias">Whether to add biases, two vectors for each layer.</param>
            /// <param name="batchFirst">Whether the batch comes before the time steps.</param>
            /// <param name="dropout">The share of outputs set to zero between layers while training.</param>
            /// <param name="bidirectional">Whether a second layer runs backwards, its outputs joined to the first's.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static RNN RNN(long inputSize, long hiddenSize, long numLayers = 1, NonLinearities nonLinearity = NonLinearities.Tanh,
                bool bias = true, bool batchFirst = false,
                double dropout = 0.0, bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new RNN(new RecurrentLayout(nameof(RNN), inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional,
                    Gates: 1), nonLinearity)
                    .MoveModule<RNN>(device, dtype);
        }
    }
}
