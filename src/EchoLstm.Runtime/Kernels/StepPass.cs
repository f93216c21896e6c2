namespace EchoLstm.Kernels;

/// <summary>
/// A plan's kernels one time step at a time. Each number is summed in the order of the whole pass, so that stepping through a sequence gives the same bits.
/// </summary>
internal sealed unsafe class StepPass
{
    private readonly KernelPlan _plan;
    private readonly LayerKernel[] _recurrent;
    private readonly Arena _arena = new();
    private readonly int _batch;
    private int* _indices; // time-major rows of one step: an index a sequence

    /// <param name="plan">The kernels, bound to their weights; this pass's own.</param>
    /// <param name="batch">How many sequences run beside each other.</param>
    internal StepPass(KernelPlan plan, int batch)
    {
        (_plan, _batch) = (plan, batch);
        _recurrent = [.. plan.Kernels.Where(kernel => kernel.StateCount > 0)];
        _arena.Lay(arena =>
        {
            _indices = (int*)arena.Take(batch);
            plan.Lay(arena, new BatchShape(batch, 1, Training: false, Masked: false));
        });
    }

    internal int OutputWidth => _plan.Kernels[^1].OutputWidth;

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

    /// <summary>The states, layer after layer, each batch · units numbers.</summary>
    internal float[][] States()
    {
        List<float[]> states = [];
        foreach (var kernel in _recurrent)
        {
            for (var state = 0; state < kernel.StateCount; state++)
            {
                var values = new float[_batch * kernel.OutputWidth];
                for (var i = 0; i < _batch; i++)
                {
                    Row(kernel, state, i).CopyTo(values.AsSpan(i * kernel.OutputWidth));
                }
                states.Add(values);
            }
        }
        return [.. states];
    }

    /// <summary>Sets the states, in the order of <see cref="States"/>.</summary>
    internal void SetStates(IReadOnlyList<float[]> states)
    {
        var place = 0;
        foreach (var kernel in _recurrent)
        {
            for (var state = 0; state < kernel.StateCount; state++, place++)
            {
                for (var i = 0; i < _batch; i++)
                {
                    states[place].AsSpan(i * kernel.OutputWidth, kernel.OutputWidth).CopyTo(Row(kernel, state, i));
                }
            }
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
        foreach (var kernel in _plan.Kernels)
        {
            kernel.Forward(input);
            if (input.Mask is not null && kernel.StateCount > 0)
            {
                RepeatMasked(kernel, input.Mask);
            }
            input = new InputRows(kernel.Output, kernel.OutputStride, kernel.OutputMask);
        }
        var width = OutputWidth;
        for (var i = 0; i < _batch; i++)
        {
            new ReadOnlySpan<float>(input.Start + ((long)i * input.Stride), width).CopyTo(output[(i * width)..]);
        }
        foreach (var kernel in _recurrent)
        {
            for (var state = 0; state < kernel.StateCount; state++)
            {
                var numbers = _batch * kernel.OutputStride;
                new ReadOnlySpan<float>(kernel.FinalState(state), numbers).CopyTo(new Span<float>(kernel.InitialState(state), numbers));
            }
        }
    }

    // A masked step's output is the one before it, which is the hidden state; for the kernel each step is the first.
    private void RepeatMasked(LayerKernel kernel, byte* mask)
    {
        for (var i = 0; i < _batch; i++)
        {
            if (mask[i] == 0)
            {
                Row(kernel, 0, i).CopyTo(new Span<float>(kernel.Output + ((long)i * kernel.OutputStride), kernel.OutputWidth));
            }
        }
    }

    private static Span<float> Row(LayerKernel kernel, int state, int sequence) =>
        new(kernel.InitialState(state) + ((long)sequence * kernel.OutputStride), kernel.OutputWidth);
}
