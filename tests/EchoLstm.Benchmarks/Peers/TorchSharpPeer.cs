using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Workloads;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>
/// TorchSharp alone, as its users write the work: nn.LSTM with its two bias vectors, nn.Linear, autograd and optim.Adam,
/// on as many threads as Torch takes by itself.
/// </summary>
internal sealed class TorchSharpPeer : Contender
{
    internal const string Engine = "torchsharp";

    internal override string Name => Engine;

    internal override double WarmUpSeconds => 0.6;

    internal override IRun Open(Workload workload) => workload.Trains ? new Training(workload) : new Running(workload);

    /// <summary>One step: forward, loss, backward, Adam, and the loss read, as a fit does for its history.</summary>
    internal sealed class Training : CallRun
    {
        private readonly Workload _workload;
        private readonly Tensor _x, _y;
        private readonly LSTM _lstm;
        private readonly GRU? _gru;
        private readonly LSTM? _decoder;
        private readonly Linear? _head;
        private readonly optim.Optimizer _optimizer;
        private readonly Tensor? _lengths, _isThere; // of a masked workload's samples, and 1 for each step that is there
        private (Tensor H, Tensor C)? _state, _decoderState;

        internal Training(Workload workload)
        {
            _workload = workload;
            (_x, _y) = OwnModel.Data(workload);
            _lstm = nn.LSTM(workload.Features, workload.Units, batchFirst: true, bidirectional: workload.Layer == RecurrentForm.BidirectionalLstm);
            _gru = workload.Layer == RecurrentForm.Gru ? nn.GRU(workload.Features, workload.Units, batchFirst: true) : null;
            (_lengths, _isThere) = workload.Layer == RecurrentForm.MaskedLstm ? Mask(workload) : (null, null);
            _decoder = workload.Kind switch
            {
                WorkloadKind.EncoderDecoder => nn.LSTM(workload.Units, workload.Units, batchFirst: true),
                WorkloadKind.Seq2Seq => nn.LSTM(workload.Outputs, workload.Units, batchFirst: true),
                _ => null,
            };
            _head = workload.Kind == WorkloadKind.Alone ? null : nn.Linear(workload.Layer == RecurrentForm.BidirectionalLstm ? 2 * workload.Units : workload.Units, workload.Outputs);
            Parameters = [.. _gru?.parameters() ?? _lstm.parameters(), .. _decoder?.parameters() ?? [], .. _head?.parameters() ?? []];
            _optimizer = optim.Adam(Parameters);
        }

        internal IReadOnlyList<Parameter> Parameters { get; }

        /// <summary>The loss of the last step.</summary>
        internal float Loss { get; private set; }

        internal override void Step()
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            var output = Forward();
            var loss = _workload.HasClasses
                ? nn.functional.cross_entropy(output.flatten(0, 1), _y.flatten(0, 1))
                : _isThere is null ? nn.functional.mse_loss(output, _y)
                : (output - _y).square().mul_(_isThere).sum().div_(_isThere.sum()).div_(_workload.Outputs);
            loss.backward();
            _optimizer.step();
            Loss = loss.item<float>();
            if (_workload.HasClasses)
            {
                _ = output.argmax(-1).eq(_y.argmax(-1)).to(float32).mean().item<float>();
            }
        }

        public override void Dispose()
        {
            _optimizer.Dispose();
            _lstm.Dispose();
            _gru?.Dispose();
            _lengths?.Dispose();
            _isThere?.Dispose();
            _decoder?.Dispose();
            _head?.Dispose();
            _state?.H.Dispose();
            _state?.C.Dispose();
            _decoderState?.H.Dispose();
            _decoderState?.C.Dispose();
            _x.Dispose();
            _y.Dispose();
        }

        private static (Tensor Lengths, Tensor IsThere) Mask(Workload workload)
        {
            long[] lengths = [.. Enumerable.Range(0, workload.Batch).Select(i => (long)workload.LengthOf(i))];
            var isThere = new float[workload.Batch, workload.Steps, 1];
            for (var i = 0; i < workload.Batch; i++)
            {
                for (var t = 0; t < lengths[i]; t++)
                {
                    isThere[i, t, 0] = 1;
                }
            }
            return (tensor(lengths), tensor(isThere));
        }

        private Tensor Forward()
        {
            if (_gru is not null)
            {
                return _head!.call(_gru.call(_x, null).Item1);
            }
            if (_lengths is not null)
            {
                var packed = nn.utils.rnn.pack_padded_sequence(_x, _lengths, batch_first: true, enforce_sorted: false);
                var (padded, _) = nn.utils.rnn.pad_packed_sequence(_lstm.call(packed).Item1, batch_first: true);
                return _head!.call(padded);
            }
            var (sequence, h, c) = _lstm.call(_x, _state);
            if (_workload.HasClasses)
            {
                // Stateful: the state goes on, its gradient stops.
                Carry(ref _state, h, c);
            }
            if (_workload.Kind == WorkloadKind.Seq2Seq)
            {
                (sequence, _, _) = _decoder!.call(_y, (h, c));
            }
            else if (_decoder is not null)
            {
                var repeated = sequence.select(1, -1).unsqueeze(1).repeat(1, _workload.StepsOut, 1);
                (sequence, h, c) = _decoder.call(repeated, _decoderState);
                Carry(ref _decoderState, h, c);
            }
            if (_workload.Kind == WorkloadKind.Last)
            {
                sequence = sequence.select(1, -1);
            }
            return _head is null ? sequence : _head.call(sequence);
        }
    }

    /// <summary>One forward pass without gradients, from a tensor to a tensor; a stream carries its state.</summary>
    private sealed class Running : CallRun
    {
        private readonly bool _streams;
        private readonly Tensor _x;
        private readonly LSTM _lstm;
        private readonly Linear _head;
        private (Tensor H, Tensor C)? _state;

        internal Running(Workload workload)
        {
            _streams = workload.Kind == WorkloadKind.Stream;
            var (x, y) = OwnModel.Data(workload);
            y.Dispose();
            _x = x;
            _lstm = nn.LSTM(workload.Features, workload.Units, batchFirst: true);
            _head = nn.Linear(workload.Units, workload.Outputs);
            _lstm.eval();
            _head.eval();
        }

        internal override void Step()
        {
            using var gradients = no_grad();
            using var scope = NewDisposeScope();
            var (sequence, h, c) = _lstm.call(_x, _state);
            if (_streams)
            {
                Carry(ref _state, h, c);
            }
            _ = _head.call(sequence);
        }

        public override void Dispose()
        {
            _lstm.Dispose();
            _head.Dispose();
            _state?.H.Dispose();
            _state?.C.Dispose();
            _x.Dispose();
        }
    }

    private static void Carry(ref (Tensor H, Tensor C)? state, Tensor h, Tensor c)
    {
        state?.H.Dispose();
        state?.C.Dispose();
        state = (h.detach().DetachFromDisposeScope(), c.detach().DetachFromDisposeScope());
    }
}
