
namespace EchoLstm.Kernels;

/// <summary>A plan's kernels one after the other, with buffers for one shape at a time: from the samples' rows to the output.</summary>
internal sealed unsafe class ForwardPass
{
    private readonly KernelPlan _plan;
    private readonly Arena _arena;
    private readonly Action<Arena>? _takeMore;
    private readonly Action<Arena> _takeBuffers; // one delegate, as the last batch of each epoch may be short
    private BatchShape _layout, _wanted;
    private float* _input;
    private byte* _mask;
    private bool _isHot;

    /// <param name="plan">The kernels, bound to their weights.</param>
    /// <param name="arena">The memory of the buffers.</param>
    /// <param name="takeMore">Takes what the holder needs beside them, for <see cref="Shape"/>.</param>
    internal ForwardPass(KernelPlan plan, Arena arena, Action<Arena>? takeMore = null)
    {
        (_plan, _arena, _takeMore) = (plan, arena, takeMore);
        (_takeBuffers, Last) = (TakeBuffers, plan.Kernels[^1]);
    }

    /// <summary>What the buffers are for.</summary>
    internal BatchShape Shape => _wanted;

    /// <summary>The kernel with the output.</summary>
    internal LayerKernel Last { get; }

    /// <summary>The indices of a plan that reads indices, time-major; to be filled before <see cref="Run"/>.</summary>
    internal int* Indices { get; private set; }

    /// <summary>Lays the buffers where they are not for this shape.</summary>
    internal void Lay(in BatchShape shape)
    {
        if (_layout == shape)
        {
            return;
        }
        _layout = default;
        _wanted = shape;
        _arena.Lay(_takeBuffers);
        _layout = shape;
    }

    /// <summary>
    /// Takes samples' rows, time-major. Rows that are all one-hot become indices, which the first kernel looks up instead of multiplying
    /// with zeros.
    /// </summary>
    /// <param name="source">Samples of steps · features numbers.</param>
    /// <param name="order">Which samples; null for the first ones.</param>
    internal void Gather(float* source, long* order)
    {
        var (samples, steps, width) = (_layout.Samples, _layout.Steps, _plan.InputWidth);
        _isHot = _plan.Kernels[0].LooksUpOneHot && width > 1;
        for (var i = 0; i < samples && _isHot; i++)
        {
            var row = source + ((order is null ? i : order[i]) * steps * width);
            for (var t = 0; t < steps && _isHot; t++)
            {
                Indices[((long)t * samples) + i] = OnlyOne(row + ((long)t * width), width, out _isHot);
            }
        }
        for (var i = 0; i < samples && !_isHot; i++)
        {
            var sample = source + ((order is null ? i : order[i]) * steps * width);
            Rows.Copy(sample, width, _input + ((long)i * width), (long)samples * width, steps, width);
        }
    }

    /// <summary>Takes samples' indices, time-major.</summary>
    internal void GatherIndices(ReadOnlySpan<int> source)
    {
        var (samples, steps) = (_layout.Samples, _layout.Steps);
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                Indices[((long)t * samples) + i] = source[(i * steps) + t];
            }
        }
    }

    /// <summary>Says how many steps each sample has, where <see cref="BatchShape.Masked"/> was asked for; the others are masked.</summary>
    internal void SetLengths(ReadOnlySpan<int> lengths)
    {
        for (var t = 0; t < _layout.Steps; t++)
        {
            for (var i = 0; i < _layout.Samples; i++)
            {
                _mask[((long)t * _layout.Samples) + i] = t < lengths[i] ? (byte)1 : (byte)0;
            }
        }
    }

    /// <summary>Takes samples' masks, time-major, where <see cref="BatchShape.Masked"/> was asked for.</summary>
    /// <param name="source">Samples of as many bytes as steps: 1 for a step that is there, else 0.</param>
    /// <param name="order">Which samples.</param>
    internal void GatherMask(byte* source, long* order)
    {
        for (var i = 0; i < _layout.Samples; i++)
        {
            for (var t = 0; t < _layout.Steps; t++)
            {
                _mask[((long)t * _layout.Samples) + i] = source[(order[i] * _layout.Steps) + t];
            }
        }
    }

    /// <summary>Runs all kernels, from the states of who carries them.</summary>
    internal void Run()
    {
        var kernels = _plan.Kernels;
        for (var i = 0; i < kernels.Length; i++)
        {
            kernels[i].ReadState();
            kernels[i].Forward(InputOf(i));
        }
    }

    /// <summary>Leaves the states after the last step with who carries them; before the backward pass, which may run steps anew.</summary>
    internal void CarryStates()
    {
        foreach (var kernel in _plan.Kernels)
        {
            kernel.WriteState();
        }
    }

    /// <summary>From the gradient by the last output to all others.</summary>
    internal void RunBack()
    {
        var kernels = _plan.Kernels;
        for (var i = kernels.Length - 1; i >= 0; i--)
        {
            kernels[i].Backward(InputOf(i), i > 0 ? kernels[i - 1].OutputGradient : null);
        }
    }

    /// <summary>Copies the output, one sample after the other.</summary>
    internal void CopyOutput(Span<float> values)
    {
        var (samples, steps, width) = (_layout.Samples, _plan.OutputSteps(_layout.Steps), Last.OutputWidth);
        fixed (float* start = values)
        {
            Rows.FromTimeMajor(Last.Output, Last.OutputStride, start, (long)steps * width, samples, steps, width);
        }
    }

    private InputRows InputOf(int i)
    {
        if (i == 0)
        {
            return new InputRows(_input, _plan.InputWidth, _mask, _isHot || _plan.ReadsIndices ? Indices : null);
        }
        var before = _plan.Kernels[i - 1];
        return new InputRows(before.Output, before.OutputStride, before.OutputMask);
    }

    private void TakeBuffers(Arena arena)
    {
        _input = arena.Take(_wanted.Rows * _plan.InputWidth);
        Indices = (int*)arena.Take(_wanted.Rows);
        _mask = _wanted.Masked ? (byte*)arena.Take((_wanted.Rows + sizeof(float) - 1) / sizeof(float)) : null;
        _takeMore?.Invoke(arena);
        _plan.Lay(arena, _wanted);
    }

    // Floats are searched as integers, which is vectorised.
    private static int OnlyOne(float* row, int width, out bool isOneHot)
    {
        var bits = new ReadOnlySpan<int>(row, width);
        var place = bits.IndexOfAnyExcept(0);
        isOneHot = place >= 0 && row[place] == 1 && bits[(place + 1)..].IndexOfAnyExcept(0) < 0;
        return place;
    }
}
