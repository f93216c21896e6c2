namespace EchoLstm.Engines.Fused;

/// <summary>
/// Runs a model one time step at a time with kernels of its own on the model's weights. Each number is summed in the order of the whole pass, so that stepping through a
/// sequence gives the same bits.
/// </summary>
internal sealed unsafe class FusedStepper
{
    private readonly FusedPlan _plan;
    private readonly Arena _weights = new();
    private readonly Arena _arena = new();
    private readonly FusedKernel[] _recurrent;
    private readonly int _batch;

    internal FusedStepper(FusedPlan plan, int batch)
    {
        _plan = plan;
        _batch = batch;
        _recurrent = [.. plan.Kernels.Where(kernel => kernel.StateCount > 0)];
        plan.BindTo(_weights, gradients: false);
        _arena.Lay(arena => plan.Lay(arena, batch, 1, training: false));
    }

    /// <summary>How many recurrent layers have a state.</summary>
    internal int StateCount => _recurrent.Length;

    /// <summary>Whether the weights are where the kernels look for them; finds them anew.</summary>
    internal bool StillFits() => _plan.TryFindMemory(out _);

    /// <summary>Reads a step; the weights are those of this moment.</summary>
    /// <param name="input">The features of one sequence after the other.</param>
    /// <param name="output">Receives the outputs of one sequence after the other.</param>
    internal void Step(ReadOnlySpan<float> input, Span<float> output)
    {
        fixed (float* start = input)
        {
            var (rows, stride, mask) = ((nint)start, _plan.InputWidth, (nint)0);
            foreach (var kernel in _plan.Kernels)
            {
                kernel.LoadWeights();
                kernel.Forward(new InputRows((float*)rows, stride, (byte*)mask));
                (rows, stride, mask) = ((nint)kernel.Output, kernel.OutputStride, (nint)kernel.OutputMask);
            }
            var width = _plan.Kernels[^1].OutputWidth;
            for (var i = 0; i < _batch; i++)
            {
                new ReadOnlySpan<float>((float*)rows + ((long)i * stride), width).CopyTo(output[(i * width)..]);
            }
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

    /// <summary>The states of a recurrent layer, each batch · units numbers.</summary>
    internal float[][] States(int place)
    {
        var kernel = _recurrent[place];
        return [.. Enumerable.Range(0, kernel.StateCount).Select(state => Unpadded(kernel.InitialState(state), kernel))];
    }

    /// <summary>Sets a state of a recurrent layer.</summary>
    internal void SetState(int place, int state, ReadOnlySpan<float> values)
    {
        var kernel = _recurrent[place];
        for (var i = 0; i < _batch; i++)
        {
            values.Slice(i * kernel.OutputWidth, kernel.OutputWidth).CopyTo(new Span<float>(kernel.InitialState(state) + ((long)i * kernel.OutputStride), kernel.OutputWidth));
        }
    }

    private float[] Unpadded(float* rows, FusedKernel kernel)
    {
        var values = new float[_batch * kernel.OutputWidth];
        for (var i = 0; i < _batch; i++)
        {
            new ReadOnlySpan<float>(rows + ((long)i * kernel.OutputStride), kernel.OutputWidth).CopyTo(values.AsSpan(i * kernel.OutputWidth));
        }
        return values;
    }
}
