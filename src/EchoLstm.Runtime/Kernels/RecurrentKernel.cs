using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The sequence loop of a recurrent layer: the input's product with the kernel for all steps at once, then step by step the recurrent
/// product and the cell; backward the same in reverse, then the weights' gradients as products over all rows. A collaborator each reads the
/// input, skips masked steps, drops out and checkpoints.
/// </summary>
/// <remarks>
/// Samples are independent of each other through all steps, so threads take samples; weights' gradients are cut by rows. A training step
/// keeps gates and states, 4 bytes a unit (padded), sample and step; the input once more where it is turned round or dropped out. With
/// checkpoints it keeps them for the steps of one segment, and the states between segments: the backward pass runs each segment forward
/// again.
/// </remarks>
internal sealed unsafe class RecurrentKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    // A long sequence of few samples goes through in blocks of so many steps, whose gates stay in a first-level cache from one product to
    // the next.
    private const int ThinBlock = 64;
    private const int ThinSamples = 8;

    // A prediction goes through in segments with so many numbers of gates, 2 MB, which stay in the caches.
    private const int GatesAtOnce = 512 * 1024;

    // Fewer samples than a tile of the product has rows are stepped one by one.
    private const int FewSamples = 4;

    private readonly RecurrentCell<V> _cell;
    private readonly RecurrentSettings _settings;
    private readonly int _repeats;
    private readonly WorkTeam _team;
    private readonly InputOrder<V> _input;
    private readonly StepMask<V> _mask;
    private readonly HiddenDropout<V> _dropout;
    private readonly InputProducts<V> _products;
    private readonly Checkpoints<V> _checkpoints;
    private readonly WeightBlock[] _blocks;
    private readonly Action<int> _recurrence, _backRecurrence;

    private float* _last, _back; // the last output of a segmented pass; δh before the step
    private bool _training, _isThin, _isFinite;
    private int _samples, _steps, _recurrenceParts;
    private int _begin, _end; // the steps at hand

    /// <param name="cell">The layer's cell.</param>
    /// <param name="repeats">How often its one input step is repeated: what a RepeatVector before it does; 0 where there is none.</param>
    /// <param name="team">The threads.</param>
    internal RecurrentKernel(RecurrentCell<V> cell, int repeats, WorkTeam team)
    {
        (_cell, _settings, _repeats, _team, _blocks) = (cell, cell.Settings, repeats, team, cell.Blocks);
        _input = new(cell.Features, _settings.GoBackwards);
        _mask = new(cell, _settings.ReturnSequences);
        _dropout = new(cell);
        _checkpoints = new(cell, _settings.ReturnSequences);
        _products = new(cell, _input, repeats, team);
        (_recurrence, _backRecurrence) = (RecurrencePart, BackRecurrencePart);
        Weights =
        [
            new((long)cell.Features * cell.Gates, _settings.KernelRegularizer),
            new((long)cell.Units * cell.Gates, _settings.RecurrentRegularizer),
            new((long)cell.BiasRows * cell.Gates, _settings.UseBias ? _settings.BiasRegularizer : null),
        ];
    }

    internal override int InputWidth => _cell.Features;

    internal override int OutputWidth => _cell.Units;

    internal override int OutputStride => _cell.Padded;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    // A product with a row of zeros is NaN where a weight is not finite, and a look-up would skip that.
    internal override bool LooksUpOneHot => _isFinite;

    internal override int StateCount => _cell.States.Length;

    internal override bool IsStateful => _settings.Stateful;

    internal override bool Draws => _settings.Dropout > 0 || _settings.RecurrentDropout > 0;

    internal override int OutputSteps(int inputSteps) => !_settings.ReturnSequences ? 1 : _repeats > 0 ? _repeats : inputSteps;

    internal override bool HasOutputMask(bool masked) => masked && _settings.ReturnSequences;

    internal override void Bind(float* weights, float* gradients) => _cell.Bind(weights, gradients);

    internal override void Examine() => _isFinite = Rows<V>.AreFinite(_cell.W, (long)_cell.Features * _cell.Gates);

    internal override int MemoryCount(WeightLayout layout) => _cell.MemoryCount(layout);

    internal override float* InitialState(int state) => _checkpoints.First(state);

    internal override float* FinalState(int state) => _checkpoints.Last(state);

    internal override float* StateGradient(int state) => _cell.StateGradients[state];

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps, _training) = (shape.Samples, _repeats > 0 ? _repeats : shape.Steps, shape.Training);
        var (rows, returned) = ((long)_samples * _steps, _settings.ReturnSequences);
        var dropsHidden = _training && _settings.RecurrentDropout > 0;
        // Where checkpoints are asked for and nothing but the gates and states is kept for a step; a prediction keeps not even those.
        var segment = _settings is LstmSettings { CheckpointSteps: { } asked } && _repeats == 0 && !shape.Masked && !dropsHidden
            ? Math.Min(asked, _steps)
            : _training || _repeats > 0 || shape.Masked ? _steps
            : (int)Math.Clamp(GatesAtOnce / ((long)_samples * _cell.Gates), 1, _steps);

        _cell.Layout(arena, _samples, (long)_samples * segment, returned ? rows : (long)_samples * segment, _training);
        _checkpoints.Layout(arena, _samples, _steps, segment);
        _dropout.Layout(arena, _samples, rows, dropsHidden);
        _input.Layout(arena, shape, _training && _settings.Dropout > 0);
        _mask.Layout(arena, shape, rows);
        _last = _checkpoints.IsSegmented && !returned ? arena.Take((long)_samples * _cell.Padded) : null;
        Output = shape.Masked ? _mask.Output
            : returned ? _cell.States[0] + ((long)_samples * _cell.Padded)
            : _last is null ? FinalState(0) : _last;
        if (_training)
        {
            OutputGradient = arena.Take((returned ? rows : _samples) * _cell.Padded);
            _back = shape.Masked || dropsHidden || _cell.PassesHidden ? arena.Take((long)_samples * _cell.Padded) : null;
        }
        _products.Layout(arena, shape, _steps);
        _isThin = _cell.SumsByBlocks && _samples < ThinSamples && _steps > 4 * ThinBlock && _repeats == 0;
        _recurrenceParts = _samples < ThinSamples ? 1 : _team.PartsFor((double)rows * _cell.Units * _cell.Gates);
    }

    internal override void Forward(in InputRows input)
    {
        if (_training)
        {
            DrawDropout();
        }
        _input.Take(input);
        _mask.Take(input.Mask, _input);
        OutputMask = _settings.ReturnSequences ? _mask.Used : null;
        if (!_checkpoints.IsSegmented)
        {
            ForwardSteps(0, _steps);
            return;
        }
        for (var begin = 0; begin < _steps; begin += _checkpoints.Segment)
        {
            ForwardSegment(begin);
            _checkpoints.Keep(begin, _end);
        }
        if (_last is not null)
        {
            Rows.Copy(FinalState(0), _last, _samples * _cell.Padded);
        }
    }

    internal override void Step(in InputRows input)
    {
        if (_samples < FewSamples && input.Mask is null && input.Hot is null && !_input.IsCopied && _repeats == 0)
        {
            OutputMask = null;
            for (var i = 0; i < _samples; i++)
            {
                _cell.Step(input.Start + ((long)i * input.Stride), i);
            }
        }
        else
        {
            Forward(input);
        }
        for (var i = 0; i < _samples && input.Mask is not null; i++)
        {
            // A masked step's output is the one before it, which is the hidden state; for the kernel each step is the first.
            if (input.Mask[i] == 0)
            {
                var place = (long)i * _cell.Padded;
                Rows<V>.Copy(InitialState(0) + place, Output + place, _cell.Padded);
            }
        }
        for (var state = 0; state < StateCount; state++)
        {
            Rows<V>.Copy(FinalState(state), InitialState(state), (long)_samples * _cell.Padded);
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        _cell.TransposeRecurrent();
        for (var state = 0; state < StateCount && !TakesStateGradients; state++)
        {
            new Span<float>(StateGradient(state), _samples * _cell.Padded).Clear();
        }
        _mask.BeginBackward();
        _products.BeginBackward(_input.GradientRows(inputGradient));
        // The last segment is there still.
        for (var begin = (_steps - 1) / _checkpoints.Segment * _checkpoints.Segment; begin >= 0; begin -= _checkpoints.Segment)
        {
            if (_begin != begin)
            {
                ForwardSegment(begin);
            }
            BackwardSteps(begin, _end, adds: _end < _steps);
        }
        _input.GiveBack(inputGradient);
    }

    internal override void ReadState()
    {
        if (Carried is not null)
        {
            Span<nint> rows = stackalloc nint[StateCount];
            for (var state = 0; state < StateCount; state++)
            {
                rows[state] = (nint)InitialState(state);
            }
            Carried.Read(rows, _samples, _cell.Padded);
        }
    }

    internal override void WriteState()
    {
        if (Carried is not null)
        {
            Span<nint> rows = stackalloc nint[StateCount];
            for (var state = 0; state < StateCount; state++)
            {
                rows[state] = (nint)FinalState(state);
            }
            Carried.Write(rows, _samples, _cell.Padded);
        }
    }

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources) =>
        _cell.View(layout, memory, sources);

    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks) =>
        PackedWeights<V>.Exchange(_blocks, _cell.Units, sources, packed, unpacks);

    // The draws are those of the layer's own forward, in its order.
    private void DrawDropout()
    {
        for (var i = 0; i < _samples && _settings.Dropout > 0; i++)
        {
            DrawKept(_settings.Dropout, _input.Kept(i));
        }
        for (var i = 0; i < _samples && _settings.RecurrentDropout > 0; i++)
        {
            DrawKept(_settings.RecurrentDropout, _dropout.Kept(i));
        }
    }

    private void ForwardSegment(int begin)
    {
        _checkpoints.Enter(begin);
        ForwardSteps(begin, Math.Min(_steps, begin + _checkpoints.Segment));
    }

    // Steps whose gates and states the buffers hold.
    private void ForwardSteps(int begin, int end)
    {
        (_begin, _end) = (begin, end);
        if (_isThin && _input.Hot is null)
        {
            for (var t = begin; t < end; t += ThinBlock)
            {
                var steps = Math.Min(ThinBlock, end - t);
                _products.ProjectRows((long)t * _samples, steps * _samples);
                RunSteps(t, t + steps, 0, _samples);
            }
            return;
        }
        _products.Project(begin, end);
        _team.Run(_recurrenceParts, _recurrence);
    }

    // Steps that were just run, and their parts of all gradients.
    private void BackwardSteps(int begin, int end, bool adds)
    {
        (_begin, _end) = (begin, end);
        if (_isThin && _input.Hot is null)
        {
            for (var last = end; last > begin; last -= ThinBlock)
            {
                var first = Math.Max(begin, last - ThinBlock);
                RunStepsBack(first, last, 0, _samples);
                _products.SumBlock(first, last, adds || last < end);
            }
        }
        else
        {
            _team.Run(_recurrenceParts, _backRecurrence);
            _products.SumAll(begin, end, adds);
        }
        _products.ToInput(begin, end);
    }

    private void RecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(_samples, part, _recurrenceParts);
        RunSteps(_begin, _end, first, count);
    }

    private void RunSteps(int begin, int end, int first, int count)
    {
        for (var t = begin; t < end; t++)
        {
            _dropout.Drop(t, first, count);
            _cell.RecurrentProduct(t, first, count);
            var row = ((long)t * _samples) + first;
            for (var i = 0; i < count; i++)
            {
                _cell.Forward(row + i);
            }
            _mask.AfterStep(t, first, count);
        }
    }

    private void BackRecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(_samples, part, _recurrenceParts);
        RunStepsBack(_begin, _end, first, count);
    }

    private void RunStepsBack(int begin, int end, int first, int count)
    {
        for (var t = end - 1; t >= begin; t--)
        {
            var fromOutput = _settings.ReturnSequences ? OutputGradient + ((long)t * _samples * _cell.Padded)
                : t == _steps - 1 ? OutputGradient : null;
            for (var i = first; i < first + count; i++)
            {
                _mask.Backward(((long)t * _samples) + i, i, fromOutput is null ? null : fromOutput + ((long)i * _cell.Padded));
            }
            if (t > 0 || _cell.CompletesGatesInProduct || TakesStateGradients)
            {
                BackProduct(t, first, count);
            }
        }
    }

    // δh before the step: by the recurrent product, and what the cell handed past it.
    private void BackProduct(int step, int first, int count)
    {
        if (_back is null)
        {
            _cell.RecurrentGradient(step, first, count, StateGradient(0) + ((long)first * _cell.Padded));
            return;
        }
        _cell.RecurrentGradient(step, first, count, _back + ((long)first * _cell.Padded));
        for (var i = first; i < first + count; i++)
        {
            if (_mask.Skips(((long)step * _samples) + i))
            {
                continue; // the state went through as it was
            }
            var dh = StateGradient(0);
            for (var k = (long)i * _cell.Padded; k < (i + 1L) * _cell.Padded; k += V.Count)
            {
                var gradient = _dropout.Backward(V.Load(_back + k), k);
                (_cell.PassesHidden ? gradient + V.Load(dh + k) : gradient).Store(dh + k);
            }
        }
    }
}
