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
    private readonly LstmKernel[] _recurrent;
    private readonly int _batch;

    internal FusedStepper(FusedPlan plan, int batch)
    {
        _plan = plan;
        _batch = batch;
        _recurrent = [.. plan.Kernels.OfType<LstmKernel>()];
        plan.BindTo(_weights, gradients: false);
        _arena.Reset(plan.Kernels.Sum(kernel => kernel.ArenaNumbers(batch, 1, training: false)));
        foreach (var kernel in plan.Kernels)
        {
            kernel.Layout(_arena, batch, 1, training: false);
        }
    }

    /// <summary>The numbers of an output, of all sequences.</summary>
    internal int OutputNumbers => _batch * _plan.Kernels[^1].OutputWidth;

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
            var (rows, stride) = ((nint)start, _plan.InputWidth);
            foreach (var kernel in _plan.Kernels)
            {
                kernel.LoadWeights();
                kernel.Forward((float*)rows, stride);
                (rows, stride) = ((nint)kernel.Output, kernel.OutputStride);
            }
            var width = _plan.Kernels[^1].OutputWidth;
            for (var i = 0; i < _batch; i++)
            {
                new ReadOnlySpan<float>((float*)rows + ((long)i * stride), width).CopyTo(output[(i * width)..]);
            }
        }
        foreach (var kernel in _recurrent)
        {
            Copy(kernel.FinalHidden, kernel.InitialHidden, kernel.OutputStride);
            Copy(kernel.FinalCell, kernel.InitialCell, kernel.OutputStride);
        }
    }

    /// <summary>The state of a recurrent layer: h and c, each batch · units numbers.</summary>
    internal (float[] Hidden, float[] Cell) State(int place)
    {
        var kernel = _recurrent[place];
        return (Unpadded(kernel.InitialHidden, kernel), Unpadded(kernel.InitialCell, kernel));
    }

    /// <summary>Sets the state of a recurrent layer.</summary>
    internal void SetState(int place, ReadOnlySpan<float> hidden, ReadOnlySpan<float> cell)
    {
        var kernel = _recurrent[place];
        for (var i = 0; i < _batch; i++)
        {
            hidden.Slice(i * kernel.OutputWidth, kernel.OutputWidth).CopyTo(new Span<float>(kernel.InitialHidden + ((long)i * kernel.OutputStride), kernel.OutputWidth));
            cell.Slice(i * kernel.OutputWidth, kernel.OutputWidth).CopyTo(new Span<float>(kernel.InitialCell + ((long)i * kernel.OutputStride), kernel.OutputWidth));
        }
    }

    private float[] Unpadded(float* rows, LstmKernel kernel)
    {
        var values = new float[_batch * kernel.OutputWidth];
        for (var i = 0; i < _batch; i++)
        {
            new ReadOnlySpan<float>(rows + ((long)i * kernel.OutputStride), kernel.OutputWidth).CopyTo(values.AsSpan(i * kernel.OutputWidth));
        }
        return values;
    }

    private void Copy(float* from, float* to, int stride) => new ReadOnlySpan<float>(from, _batch * stride).CopyTo(new Span<float>(to, _batch * stride));
}
