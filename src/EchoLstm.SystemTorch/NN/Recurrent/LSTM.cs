using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using Tensor = torch.Tensor;

        /// <summary>Long short-term memory, gates in the order input, forget, cell, output.</summary>
        public sealed class LSTM : torch.nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
        {
            private static readonly Operator Sequence = Operator.Find("aten::lstm", "input");

            private readonly RecurrentLayout _layout;

            internal LSTM(RecurrentLayout layout) : base(null, "torch::nn::LSTMImpl")
            {
                _layout = layout;
                foreach (var (name, parameter) in layout.CreateParameters()) ConditionallyRegisterParameter(name, parameter);
            }

            /// <summary>Runs over a sequence, without hooks.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0_c0">The hidden and cell states to start from, each (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last hidden and cell states.</returns>
            public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
            {
                ThrowIfClosed();
                _layout.CheckInput(input);
                if (h0_c0 is null)
                {
                    using var zeros = _layout.ZeroState(input);
                    return Run(input, zeros, zeros);
                }
                var (hidden, cell) = h0_c0.Value;
                _layout.CheckState(input, hidden, "hidden[0]");
                _layout.CheckState(input, cell, "hidden[1]");
                return Run(input, hidden, cell);
            }

            private (Tensor, Tensor, Tensor) Run(Tensor input, Tensor hidden, Tensor cell)
            {
                var results = Sequence.CallMany(input, new[] { hidden, cell }, _internal_params.Values.ToArray<Tensor>(), _layout.Bias,
                    _layout.Layers,
                    _layout.Dropout, training, _layout.Bidirectional, _layout.BatchFirst);
                return (results[0], results[1], results[2]);
            }

            /// <summary>Runs over a sequence.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0_c0">The hidden and cell states to start from, each (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last hidden and cell states.</returns>
            public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

            /// <summary>Brings the parameters into the order that cuDNN wants; on the CPU there is nothing to do.</summary>
            public void flatten_parameters() => ThrowIfClosed();
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Long short-term memory, gates in the order input, forget, cell, output. Initial values are uniform within 1 / √units.</summary>
            /// <param name="inputSize">The number of features of each time step.</param>
            /// <param name="hiddenSize">The number of units.</param>
            /// <param name="numLayers">How many layers lie on top of each other.</param>
            /// <param name="bias">Whether to add biases, two vectors for each layer.</param>
            /// <param name="batchFirst">Whether the batch comes before the time steps.</param>
            /// <param name="dropout">The share of outputs set to zero between layers while training.</param>
            /// <param name="bidirectional">Whether a second layer runs backwards, its outputs joined to the first's.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static LSTM LSTM(long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false,
                double dropout = 0.0, bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new LSTM(new RecurrentLayout(nameof(LSTM), inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, Gates: 4))
                    .MoveModule<LSTM>(device, dtype);
        }
    }
}
