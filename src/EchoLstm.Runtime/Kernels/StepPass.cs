namespace EchoLstm.Kernels;

/// <summary>
/// A plan's kernels one time step at a time. Each number is summed in the order of the whole pass, so that stepping through a sequence
/// gives the same bits.
/// </summary>
internal sealed unsafe class StepPass
{
    private readonly KernelPlan _plan;
    private readonly PlanRun _run;
    private readonly bool[] _streamed; // which calls; those behind get what these have made of the steps so far
    private readonly LayerKernel[] _recurrent;
    private readonly Arena _arena = new();
    private readonly int _batch;
    private int* _indices; // time-major rows of one step of each input: an index a sequence

    /// <param name="plan">The kernels, bound to their weights; this pass's own.</param>
    /// <param name="batch">How many sequences run beside each other.</param>
    internal StepPass(KernelPlan plan, int batch)
    {
        (_plan, _run, _batch) = (plan, new PlanRun(plan), batch);
        _streamed = plan.StreamedCalls();
        _recurrent = [.. plan.Calls.Where((call, i) => _streamed[i] && call.Kernel.StateCount > 0).Select(call => call.Kernel)];
        _arena.Lay(arena =>
        {
            _indices = (int*)arena.Take(batch * plan.Inputs.Length);
            var step = new BatchShape(batch, 1, Training: false, Masked: false);
            _run.Lay(arena, [.. plan.Inputs.Select(_ => step)]);
        });
    }

    /// <summary>The numbers of an output, of all sequences.</summary>
    internal int OutputLength => OutputLengthOf(0);

    internal int OutputLengthOf(int output) =>
        checked(_batch * _run.StepsOf(_plan.Outputs[output]) * _plan.OutputWidth(output));

    /// <summary>Reads a step.</summary>
    /// <param name="input">The features of one sequence after the other.</param>
    /// <param name="output">Receives the outputs of one sequence after the other.</param>
    internal void Step(ReadOnlySpan<float> input, Span<float> output)
    {
        fixed (float* start = input)
        {
            Run(new InputRows(start, _plan.InputWidth), output);
        }
    }

    /// <summary>Reads a step of a plan that reads indices.</summary>
    /// <param name="input">An index a sequence.</param>
    /// <param name="output">Receives the outputs of one sequence after the other.</param>
    internal void Step(ReadOnlySpan<int> input, Span<float> output)
    {
        input.CopyTo(new Span<int>(_indices, _batch));
        Run(new InputRows(null, 1, null, _indices), output);
    }

    /// <summary>Reads a step of each of several inputs; of one that has no steps it is the whole.</summary>
    /// <param name="inputs">The features of one sequence after the other; whole numbers where they are indices.</param>
    /// <param name="outputs">Receive the outputs of one sequence after the other.</param>
    internal void Step(float[][] inputs, float[][] outputs)
    {
        using var pinned = new PinnedArrays(inputs);
        for (var i = inputs.Length - 1; i >= 0; i--)
        {
            var start = (float*)pinned.Starts[i];
            var indices = _plan.Inputs[i].ReadsIndices ? _indices + ((long)i * _batch) : null;
            for (var k = 0; k < _batch && indices is not null; k++)
            {
                indices[k] = (int)start[k];
            }
            var rows = indices is null ? new InputRows(start, _plan.Inputs[i].Width) : new InputRows(null, 1, null, indices);
            if (i > 0)
            {
                _run.Give(i, rows);
            }
            else
            {
                Run(rows, outputs[0]);
            }
        }
        for (var i = 1; i < outputs.Length; i++)
        {
            CopyOutput(i, outputs[i]);
        }
    }

    /// <summary>The states, layer after layer, each batch · units numbers.</summary>
    internal float[][] States() => [.. Enumerable.Range(0, _recurrent.Length).SelectMany(States)];

    /// <summary>The states of one of the recurrent layers.</summary>
    internal float[][] States(int layer)
    {
        var kernel = _recurrent[layer];
        var states = new float[kernel.StateCount][];
        for (var state = 0; state < states.Length; state++)
        {
            states[state] = new float[_batch * kernel.OutputWidth];
            fixed (float* to = states[state])
            {
                Rows.Copy(kernel.InitialState(state), kernel.OutputStride, to, kernel.OutputWidth, _batch, kernel.OutputWidth);
            }
        }
        return states;
    }

    /// <summary>Sets the states, in the order of <see cref="States()"/>.</summary>
    internal void SetStates(IReadOnlyList<float[]> states)
    {
        var place = 0;
        for (var layer = 0; layer < _recurrent.Length; layer++)
        {
            for (var state = 0; state < _recurrent[layer].StateCount; state++)
            {
                SetState(layer, state, states[place++]);
            }
        }
    }

    /// <summary>Sets a state of one of the recurrent layers.</summary>
    internal void SetState(int layer, int state, ReadOnlySpan<float> values)
    {
        var kernel = _recurrent[layer];
        fixed (float* from = values)
        {
            Rows.Copy(from, kernel.OutputWidth, kernel.InitialState(state), kernel.OutputStride, _batch, kernel.OutputWidth);
        }
    }

    /// <summary>Makes the states 0.</summary>
    internal void ResetStates()
    {
        foreach (var kernel in _recurrent)
        {
            for (var state = 0; state < kernel.StateCount; state++)
            {
                new Span<float>(kernel.InitialState(state), _batch * kernel.OutputStride).Clear();
            }
        }
    }

    private void Run(InputRows input, Span<float> output)
    {
        _run.Give(0, input);
        for (var i = 0; i < _streamed.Length; i++)
        {
            if (_streamed[i])
            {
                _run.Step(i);
            }
            else
            {
                _run.Forward(i);
            }
        }
        CopyOutput(0, output);
    }

    private void CopyOutput(int output, Span<float> values)
    {
        var (made, steps, width) = (_run.RowsOf(_plan.Outputs[output]), _run.StepsOf(_plan.Outputs[output]), _plan.OutputWidth(output));
        fixed (float* to = values)
        {
            Rows.FromTimeMajor(made.Start, made.Stride, to, (long)steps * width, _batch, steps, width);
        }
    }
}
