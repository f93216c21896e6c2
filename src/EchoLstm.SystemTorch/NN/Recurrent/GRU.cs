using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using Tensor = torch.Tensor;

        /// <summary>Gated recurrent units, gates in the order reset, update, new.</summary>
        public sealed class GRU : torch.nn.Module<Tensor, Tensor, (Tensor, Tensor)>
        {
            private static readonly Operator Sequence = Operator.Find("aten::gru", "input");

            private readonly RecurrentLayout _layout;

            internal GRU(RecurrentLayout layout) : base(null, "torch::nn::GRUImpl")
            {
                _layout = layout;
                foreach (var (name, parameter) in layout.CreateParameters()) ConditionallyRegisterParameter(name, parameter);
            }

            /// <summary>Runs over a sequence, without hooks.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0">The state to start from, (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last states.</returns>
            public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null)
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
                var results = Sequence.CallMany(input, state, _internal_params.Values.ToArray<Tensor>(), _layout.Bias, _layout.Layers,
                    _layout.Dropout, training, _layout.Bidirectional, _layout.BatchFirst);
                return (results[0], results[1]);
            }

            /// <summary>Runs over a sequence.</summary>
            /// <param name="input">(time, batch, features), or (batch, time, features) with batch first.</param>
            /// <param name="h0">The state to start from, (layers * directions, batch, units); zeros when null.</param>
            /// <returns>The outputs of the last layer, (time, batch, units * directions) or batch first, and the last states.</returns>
            public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0!);

            /// <summary>Brings the parameters into the order that cuDNN wants; on the CPU there is nothing to do.</summary>
            public void flatten_parameters() => ThrowIfClosed();
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Gated recurrent units, gates in the order reset, update, new. Initial values are uniform within 1 / √units.</summary>
            /// <param name="inputSize">The number of features of each time step.</param>
            /// <param name="hiddenSize">The number of units.</param>
            /// <param name="numLayers">How many layers lie on top of each other.</param>
            /// <param name="bias">Whether to add biases, two vectors for each layer.</param>
            /// <param name="batchFirst">Whether the batch comes before the time steps.</param>
            /// <param name="dropout">The share of outputs set to zero between layers while training.</param>
            /// <param name="bidirectional">Whether a second layer runs backwards, its outputs joined to the first's.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static GRU GRU(long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false,
                double dropout = 0.0, bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new GRU(new RecurrentLayout(nameof(GRU), inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, Gates: 3))
                    .MoveModule<GRU>(device, dtype);
        }
    }
}
