namespace EchoLstm.Kernels;

/// <summary>A plan's kernels one after the other, with buffers for one shape at a time: from the samples' rows to the outputs.</summary>
internal unsafe class ForwardPass
{
    private readonly KernelPlan _plan;
    private readonly PlanRun _run;
    private readonly Arena _arena;
    private readonly Action<Arena> _takeBuffers; // one delegate, as the last batch of each epoch may be short
    private readonly BatchShape[] _wanted;       // of the inputs
    private readonly float*[] _inputs;
    private readonly int*[] _indices;
    private readonly byte*[] _masks;
    private bool _isLaid;

    /// <param name="plan">The kernels, bound to their weights.</param>
    /// <param name="arena">The memory of the buffers.</param>
    internal ForwardPass(KernelPlan plan, Arena arena)
    {
        (_plan, _run, _arena, _takeBuffers) = (plan, new PlanRun(plan), arena, TakeBuffers);
        var count = plan.Inputs.Length;
        _wanted = new BatchShape[count];
        _inputs = new float*[count];
        _indices = new int*[count];
        _masks = new byte*[count];
    }

    /// <summary>How many samples the buffers are for.</summary>
    internal int Samples => _wanted[0].Samples;

    /// <summary>The indices of the first input, time-major; to be filled before <see cref="Run"/> where it is indices.</summary>
    internal int* Indices => IndicesOf(0);

    /// <summary>The same of any input.</summary>
    internal int* IndicesOf(int input) => _indices[input];

    /// <summary>Lays the buffers of a plan with one input where they are not for this shape.</summary>
    internal void Lay(in BatchShape shape) => Lay([shape]);

    /// <summary>Lays the buffers where they are not for these shapes of the inputs, which are of the same samples.</summary>
    internal void Lay(ReadOnlySpan<BatchShape> shapes)
    {
        if (_isLaid && shapes.SequenceEqual(_wanted))
        {
            return;
        }
        _isLaid = false;
        shapes.CopyTo(_wanted);
        _arena.Lay(_takeBuffers);
        _isLaid = true;
    }

    /// <summary>
    /// Takes samples' rows, time-major. Rows that are all one-hot become indices where the kernels that read them look them up instead of
    /// multiplying with zeros.
    /// </summary>
    /// <param name="source">Samples of steps · features numbers.</param>
    /// <param name="order">Which samples; null for the first ones.</param>
    /// <param name="input">Which input. <value>0</value></param>
    internal void Gather(float* source, long* order, int input = 0)
    {
        var (samples, steps, width) = (_wanted[input].Samples, _wanted[input].Steps, _plan.Inputs[input].Width);
        var isHot = width > 1 && _plan.Inputs[input].LooksUpOneHot;
        for (var i = 0; i < samples && isHot; i++)
        {
            var row = source + ((order is null ? i : order[i]) * steps * width);
            for (var t = 0; t < steps && isHot; t++)
            {
                _indices[input][((long)t * samples) + i] = OnlyOne(row + ((long)t * width), width, out isHot);
            }
        }
        for (var i = 0; i < samples && !isHot; i++)
        {
            var sample = source + ((order is null ? i : order[i]) * steps * width);
            Rows.Copy(sample, width, _inputs[input] + ((long)i * width), (long)samples * width, steps, width);
        }
        Give(input, isHot);
    }

    /// <summary>Takes samples' indices, time-major.</summary>
    internal void GatherIndices(ReadOnlySpan<int> source, int input = 0)
    {
        var (samples, steps) = (_wanted[input].Samples, _wanted[input].Steps);
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                _indices[input][((long)t * samples) + i] = source[(i * steps) + t];
            }
        }
        Give(input, isHot: true);
    }

    /// <summary>Says that the indices of an input are there.</summary>
    internal void GiveIndices(int input) => Give(input, isHot: true);

    /// <summary>Says how many steps each sample has, where <see cref="BatchShape.Masked"/> was asked for; the others are masked.</summary>
    internal void SetLengths(ReadOnlySpan<int> lengths, int input = 0)
    {
        for (var t = 0; t < _wanted[input].Steps; t++)
        {
            for (var i = 0; i < Samples; i++)
            {
                _masks[input][((long)t * Samples) + i] = t < lengths[i] ? (byte)1 : (byte)0;
            }
        }
    }

    /// <summary>Takes samples' masks, time-major, where <see cref="BatchShape.Masked"/> was asked for.</summary>
    /// <param name="source">Samples of as many bytes as steps: 1 for a step that is there, else 0.</param>
    /// <param name="order">Which samples.</param>
    /// <param name="input">Which input.</param>
    internal void GatherMask(byte* source, long* order, int input)
    {
        var steps = _wanted[input].Steps;
        for (var i = 0; i < Samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                _masks[input][((long)t * Samples) + i] = source[(order[i] * steps) + t];
            }
        }
    }

    /// <summary>Runs all kernels, from the states of who carries them.</summary>
    internal void Run()
    {
        for (var i = 0; i < _plan.Calls.Length; i++)
        {
            if (!_plan.Calls[i].ReadsStates)
            {
                _plan.Calls[i].Kernel.ReadState();
            }
            _run.Forward(i);
        }
    }

    /// <summary>Leaves the states after the last step with who carries them; before the backward pass, which may run steps anew.</summary>
    internal void CarryStates()
    {
        foreach (var call in _plan.Calls)
        {
            call.Kernel.WriteState();
        }
    }

    /// <summary>Begins the gradients of a batch, before those by the outputs come.</summary>
    internal void BeginBackward() => _run.BeginBackward();

    /// <summary>Where the gradient by an output goes, rows of its stride; <see cref="EndGradient"/> says that it is there.</summary>
    internal float* BeginGradient(int output) => _run.BeginPart(_plan.Outputs[output]);

    internal void EndGradient(int output) => _run.EndPart(_plan.Outputs[output]);

    /// <summary>From the gradients by the outputs to all others.</summary>
    /// <param name="gradients">Those of the packed weights.</param>
    internal void RunBack(float* gradients)
    {
        for (var i = _plan.Calls.Length - 1; i >= 0; i--)
        {
            _run.Backward(i);
        }
        _plan.SumGradients(gradients);
    }

    /// <summary>The rows of an output, with which of them count.</summary>
    internal InputRows Output(int output = 0) => _run.RowsOf(_plan.Outputs[output]);

    /// <summary>How many steps an output has.</summary>
    internal int OutputSteps(int output = 0) => _run.StepsOf(_plan.Outputs[output]);

    /// <summary>Copies an output, one sample after the other.</summary>
    internal void CopyOutput(Span<float> values, int output = 0)
    {
        var (rows, steps, width) = (Output(output), OutputSteps(output), _plan.OutputWidth(output));
        fixed (float* start = values)
        {
            Rows.FromTimeMajor(rows.Start, rows.Stride, start, (long)steps * width, Samples, steps, width);
        }
    }

    /// <summary>Whether an output has a mask.</summary>
    private protected bool HasOutputMask(int output) => _run.HasMask(_plan.Outputs[output]);

    /// <summary>Takes what is needed beside the kernels' buffers.</summary>
    private protected virtual void TakeMore(Arena arena)
    {
    }

    private void Give(int input, bool isHot) =>
        _run.Give(input, new InputRows(_inputs[input], _plan.Inputs[input].Width, _masks[input], isHot ? _indices[input] : null));

    private void TakeBuffers(Arena arena)
    {
        for (var i = 0; i < _wanted.Length; i++)
        {
            _inputs[i] = arena.Take(_wanted[i].Rows * _plan.Inputs[i].Width);
            _indices[i] = (int*)arena.Take(_wanted[i].Rows);
            _masks[i] = _wanted[i].Masked ? arena.TakeBytes(_wanted[i].Rows) : null;
        }
        TakeMore(arena);
        _run.Lay(arena, _wanted);
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
