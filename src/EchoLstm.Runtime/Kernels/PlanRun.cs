namespace EchoLstm.Kernels;

/// <summary>A plan's calls, and where the rows of all values are for one shape at a time.</summary>
internal sealed unsafe class PlanRun
{
    private readonly KernelPlan _plan;
    private readonly int[] _steps;    // of the values
    private readonly bool[] _masked;  // which values have a mask
    private readonly InputRows[] _rows;
    private readonly float*[] _gradients;
    private readonly float*[] _parts; // of gradients that are sums
    private readonly bool[] _begun;   // which gradients have a part
    private readonly BatchShape[][] _givenShapes; // to calls of several values
    private readonly InputRows[][] _given;
    private int _samples;
    private bool _training;

    /// <param name="plan">The kernels, bound to their weights.</param>
    internal PlanRun(KernelPlan plan)
    {
        _plan = plan;
        var count = plan.Values.Length;
        (_steps, _masked, _rows, _begun) = (new int[count], new bool[count], new InputRows[count], new bool[count]);
        _gradients = new float*[count];
        _parts = new float*[count];
        _givenShapes = [.. plan.Calls.Select(call => new BatchShape[call.Merge is null ? 0 : call.Inputs.Length])];
        _given = [.. _givenShapes.Select(shapes => new InputRows[shapes.Length])];
    }

    /// <summary>The steps of a value.</summary>
    internal int StepsOf(int value) => _steps[value];

    /// <summary>Whether a value has a mask.</summary>
    internal bool HasMask(int value) => _masked[value];

    /// <summary>The rows of a value.</summary>
    internal InputRows RowsOf(int value) => _rows[value];

    /// <summary>Says where an input's rows are.</summary>
    internal void Give(int input, in InputRows rows) => _rows[input] = rows;

    /// <summary>Gives each kernel its buffers.</summary>
    /// <param name="arena">The memory.</param>
    /// <param name="inputs">The inputs' shapes, of the same samples.</param>
    internal void Lay(Arena arena, ReadOnlySpan<BatchShape> inputs)
    {
        (_samples, _training) = (inputs[0].Samples, inputs[0].Training);
        for (var i = 0; i < inputs.Length; i++)
        {
            (_steps[i], _masked[i]) = (inputs[i].Steps, inputs[i].Masked);
        }
        for (var i = 0; i < _plan.Calls.Length; i++)
        {
            var (call, given) = (_plan.Calls[i], _givenShapes[i]);
            for (var k = 0; k < given.Length; k++)
            {
                given[k] = ShapeOf(call.Inputs[k]);
            }
            if (call.Merge is { } merge)
            {
                merge.Layout(arena, given);
            }
            else
            {
                call.Kernel.Layout(arena, ShapeOf(call.Inputs[0]));
            }
            (_steps[call.Output], _masked[call.Output]) = (call.OutputSteps(_steps), call.HasOutputMask(_masked));
            for (var state = 1; state <= call.States.Length; state++)
            {
                (_steps[call.Output + state], _masked[call.Output + state]) = (1, false);
            }
        }
        for (var value = _plan.Inputs.Length; value < _steps.Length && _training; value++)
        {
            if (_plan.Values[value] is { Call: not null } made)
            {
                _gradients[value] = made.State < 0 ? made.Kernel.OutputGradient
                    : made.Kernel.StateGradient(made.Call.States[made.State].State);
                _parts[value] = made.Gradients > 1 ? arena.Take(Numbers(value)) : null;
            }
        }
    }

    /// <summary>Runs a call.</summary>
    internal void Forward(int place) => Run(place, isStep: false);

    /// <summary>Runs a call on one step, whose states go on to the next.</summary>
    internal void Step(int place) => Run(place, isStep: true);

    private void Run(int place, bool isStep)
    {
        var call = _plan.Calls[place];
        var kernel = call.Kernel;
        if (call.ReadsStates)
        {
            BeginWithStates(call);
        }
        if (call.Merge is { } merge)
        {
            merge.Forward(Given(place, call));
        }
        else if (isStep)
        {
            kernel.Step(_rows[call.Inputs[0]]);
        }
        else
        {
            kernel.Forward(_rows[call.Inputs[0]]);
        }
        _rows[call.Output] = new InputRows(kernel.Output, kernel.OutputStride, kernel.OutputMask);
        for (var i = 0; i < call.States.Length; i++)
        {
            var (part, state) = call.States[i];
            _rows[call.Output + 1 + i] = new InputRows(part.FinalState(state), part.OutputStride);
        }
    }

    /// <summary>Forgets the gradients of the last batch.</summary>
    internal void BeginBackward() => Array.Clear(_begun);

    /// <summary>Where a part of the gradient by a value goes, to be added by <see cref="EndPart"/>; null for an input.</summary>
    internal float* BeginPart(int value) => _begun[value] ? _parts[value] : _gradients[value];

    internal void EndPart(int value)
    {
        if (_begun[value])
        {
            Rows.Add(_parts[value], _gradients[value], Numbers(value));
        }
        _begun[value] = true;
    }

    /// <summary>Runs a call backward, from the gradients by what it made to those by what it read.</summary>
    internal void Backward(int place)
    {
        var call = _plan.Calls[place];
        for (var value = call.Output; value <= call.Output + call.States.Length; value++)
        {
            if (!_begun[value])
            {
                Rows.Clear(_gradients[value], Numbers(value));
            }
        }
        if (call.Merge is { } merge)
        {
            merge.BeginBackward(_given[place]);
            for (var i = 0; i < call.Inputs.Length; i++)
            {
                if (call.Inputs[i] >= _plan.Inputs.Length)
                {
                    merge.Backward(_given[place], i, BeginPart(call.Inputs[i]));
                    EndPart(call.Inputs[i]);
                }
            }
            return;
        }
        var input = call.Inputs[0];
        call.Kernel.Backward(_rows[input], input < _plan.Inputs.Length ? null : BeginPart(input));
        if (input >= _plan.Inputs.Length)
        {
            EndPart(input);
        }
        for (var i = 0; i < call.States.Length && call.ReadsStates; i++)
        {
            var (part, state) = call.States[i];
            if (call.Inputs[i + 1] is var value && value >= _plan.Inputs.Length)
            {
                Rows.Copy(part.StateGradient(state), BeginPart(value), _samples * part.OutputStride);
                EndPart(value);
            }
        }
    }

    private void BeginWithStates(KernelCall call)
    {
        for (var i = 0; i < call.States.Length; i++)
        {
            var (part, state) = call.States[i];
            var rows = _rows[call.Inputs[i + 1]];
            Rows.Copy(rows.Start, rows.Stride, part.InitialState(state), part.OutputStride, _samples, part.OutputWidth);
        }
    }

    private InputRows[] Given(int place, KernelCall call)
    {
        var given = _given[place];
        for (var i = 0; i < given.Length; i++)
        {
            given[i] = _rows[call.Inputs[i]];
        }
        return given;
    }

    private BatchShape ShapeOf(int value) => new(_samples, _steps[value], _training, _masked[value]);

    private long Numbers(int value) => (long)_samples * _steps[value] * _plan.Values[value].Kernel.OutputStride;
}
