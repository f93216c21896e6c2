namespace EchoLstm.Kernels;

/// <summary>
/// A batch that threads share by samples. It is cut into lanes; a thread takes a lane's samples through all kernels with buffers of its
/// own, so that they stay in its core's caches. A small batch goes through the whole plan, whose kernels share their products instead.
/// </summary>
internal sealed unsafe class SharedPass<TPass>
    where TPass : ForwardPass
{
    private readonly KernelPlan _plan;
    private readonly TPass _whole;
    private readonly Func<TPass> _createLane;
    private readonly List<TPass> _passes = [];
    private readonly Stack<TPass> _free = []; // of those that lanes of full size take in turn
    private readonly Action<int> _predict;
    private TPass? _last; // of a last lane that is smaller
    private bool _keeps;
    private int _samples, _size, _steps;
    private float* _x, _y; // of the predictions at hand
    private int* _words, _lengths;

    /// <param name="plan">The kernels.</param>
    /// <param name="whole">Their pass, of whole batches.</param>
    /// <param name="createLane">Makes the pass of one thread, whose kernels share nothing.</param>
    internal SharedPass(KernelPlan plan, TPass whole, Func<TPass> createLane) =>
        (_plan, _whole, _createLane, _predict) = (plan, whole, createLane, PredictLane);

    /// <summary>How many lanes the batch at hand has.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether a batch is worth sharing.</summary>
    internal bool IsWorthSharing(int samples, int steps) => WorkTeam.IsWorthSharing((double)samples * steps * _plan.Multiplications);

    /// <summary>The samples of a lane where each thread takes one, as predictions do not meet.</summary>
    internal int LaneOfThread(int samples, int steps) =>
        IsWorthSharing(samples, steps) ? WorkTeam.RoundUp((samples + _plan.Team.Size - 1) / _plan.Team.Size) : samples;

    /// <summary>Lays the buffers for a batch.</summary>
    /// <param name="shapes">The shapes of the inputs, with all samples.</param>
    /// <param name="size">The samples of a lane.</param>
    /// <param name="keeps">Whether each lane has a pass to itself, so that all of a lane need not be done in one go.</param>
    internal void Lay(ReadOnlySpan<BatchShape> shapes, int size, bool keeps = false)
    {
        (_samples, _size, _keeps) = (shapes[0].Samples, size, keeps);
        Count = (_samples + size - 1) / size;
        if (Count == 1)
        {
            _whole.Lay(shapes);
            return;
        }
        Span<BatchShape> part = stackalloc BatchShape[shapes.Length];
        _free.Clear();
        var full = _samples / size;
        for (var i = 0; i < (keeps ? full : Math.Min(full, _plan.Team.Size)); i++)
        {
            if (i == _passes.Count)
            {
                _passes.Add(_createLane());
            }
            LayPart(_passes[i], shapes, part, size);
            _free.Push(_passes[i]);
        }
        if (_samples % size is > 0 and var rest)
        {
            LayPart(_last ??= _createLane(), shapes, part, rest);
        }
    }

    /// <summary>The place of a lane's first sample.</summary>
    internal int FirstOf(int lane) => lane * _size;

    /// <summary>Takes the pass of a lane, to be given back where lanes do not keep theirs.</summary>
    internal TPass Take(int lane)
    {
        if (Count == 1)
        {
            return _whole;
        }
        if (lane == Count - 1 && _samples % _size > 0)
        {
            return _last!;
        }
        if (_keeps)
        {
            return _passes[lane];
        }
        lock (_free)
        {
            return _free.Pop();
        }
    }

    /// <summary>Gives a lane's pass to others.</summary>
    internal void GiveBack(TPass pass)
    {
        if (Count > 1 && !_keeps && pass != _last)
        {
            lock (_free)
            {
                _free.Push(pass);
            }
        }
    }

    /// <summary>Runs a work on each lane.</summary>
    internal void Run(Action<int> work) => _plan.Team.Run(Count, work);

    /// <summary>Predicts with a plan that has one input and one output and carries no state.</summary>
    /// <param name="x">The features of one sample after the other; empty where the input is indices.</param>
    /// <param name="words">The indices otherwise.</param>
    /// <param name="samples">How many samples.</param>
    /// <param name="steps">The steps of each.</param>
    /// <param name="lengths">How many of them are there; empty: all.</param>
    /// <param name="y">Receives the outputs.</param>
    internal void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> words, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> y)
    {
        Lay([new BatchShape(samples, steps, Training: false, Masked: lengths.Length > 0)], LaneOfThread(samples, steps));
        _steps = steps;
        fixed (float* given = x, predicted = y)
        {
            fixed (int* indices = words, asked = lengths)
            {
                _x = given;
                _y = predicted;
                _words = indices;
                _lengths = asked;
                Run(_predict);
            }
        }
    }

    private static void LayPart(TPass pass, ReadOnlySpan<BatchShape> shapes, Span<BatchShape> part, int samples)
    {
        for (var i = 0; i < part.Length; i++)
        {
            part[i] = shapes[i] with { Samples = samples };
        }
        pass.Lay(part);
    }

    private void PredictLane(int lane)
    {
        var (pass, first) = (Take(lane), FirstOf(lane));
        if (_lengths is not null)
        {
            pass.SetLengths(new ReadOnlySpan<int>(_lengths + first, pass.Samples));
        }
        if (_words is not null)
        {
            pass.GatherIndices(new ReadOnlySpan<int>(_words + ((long)first * _steps), pass.Samples * _steps));
        }
        else
        {
            pass.Gather(_x + ((long)first * _steps * _plan.InputWidth), null);
        }
        pass.Run();
        var length = pass.OutputSteps() * _plan.OutputWidth();
        pass.CopyOutput(new Span<float>(_y + ((long)first * length), pass.Samples * length));
        GiveBack(pass);
    }
}
