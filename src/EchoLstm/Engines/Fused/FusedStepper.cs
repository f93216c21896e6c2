using EchoLstm.Kernels;

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
    private readonly LayerKernel[] _recurrent;
    private readonly int _batch;
    private readonly float* _packed;

    internal FusedStepper(FusedPlan plan, int batch)
    {
        _plan = plan;
        _batch = batch;
        _recurrent = [.. plan.Kernels.Kernels.Where(kernel => kernel.StateCount > 0)];
        _packed = (float*)plan.BindTo(_weights, gradients: false).Weights;
        _arena.Lay(arena => plan.Kernels.Lay(arena, new BatchShape(batch, 1, Training: false, Masked: false)));
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
        _plan.Load(_packed);
        fixed (float* start = input)
        {
            var (rows, stride, mask) = ((nint)start, _plan.Kernels.InputWidth, (nint)0);
            foreach (var kernel in _plan.Kernels.Kernels)
            {
                kernel.Forward(new InputRows((float*)rows, stride, (byte*)mask));
                (rows, stride, mask) = ((nint)kernel.Output, kernel.OutputStride, (nint)kernel.OutputMask);
            }
            fixed (float* to = output)
            {
                var width = _plan.Kernels.Kernels[^1].OutputWidth;
                Rows.Copy((float*)rows, stride, to, width, _batch, width);
            }
        }
        foreach (var kernel in _recurrent)
        {
            for (var state = 0; state < kernel.StateCount; state++)
            {
                var numbers = _batch * kernel.OutputStride;
                Rows.Copy(kernel.FinalState(state), kernel.InitialState(state), numbers);
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
        fixed (float* from = values)
        {
            Rows.Copy(from, kernel.OutputWidth, kernel.InitialState(state), kernel.OutputStride, _batch, kernel.OutputWidth);
        }
    }

    private float[] Unpadded(float* rows, LayerKernel kernel)
    {
        var values = new float[_batch * kernel.OutputWidth];
        fixed (float* to = values)
        {
            Rows.Copy(rows, kernel.OutputStride, to, kernel.OutputWidth, _batch, kernel.OutputWidth);
        }
        return values;
    }
}
