using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Engines.Fused;

/// <summary>A pass through a model's kernels and back, with what is measured of its outputs.</summary>
internal sealed unsafe class FusedPass<V> : ForwardPass
    where V : struct, ILanes<V>
{
    private readonly KernelPlan _kernels;
    private readonly FusedHead<V>[] _heads;
    private float* _gradients; // that the kernels are bound to

    /// <param name="plan">What the model is measured by.</param>
    /// <param name="kernels">The kernels, bound to their weights.</param>
    internal FusedPass(FusedPlan plan, KernelPlan kernels)
        : base(kernels, plan.NewArena())
    {
        _kernels = kernels;
        _heads = [.. plan.Heads.Select((head, i) => new FusedHead<V>(head, i, kernels.OutputAxes(i), kernels.OutputWidth(i)))];
    }

    /// <summary>Whether it is known before the pass that all rows of all outputs count.</summary>
    internal bool CountsAll
    {
        get
        {
            for (var i = 0; i < _heads.Length; i++)
            {
                if (_heads[i].Ignores || HasOutputMask(i))
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>Runs the kernels on some samples.</summary>
    /// <param name="set">Where they are.</param>
    /// <param name="order">Which of them.</param>
    internal void Forward(SampleSet set, long* order)
    {
        for (var i = 0; i < _kernels.Inputs.Length; i++)
        {
            if (_kernels.Inputs[i].ReadsIndices)
            {
                var steps = set.StepsOf(i);
                for (var k = 0; k < Samples; k++)
                {
                    set.CopyIndices(i, order[k] * steps, steps, IndicesOf(i) + k, Samples);
                }
                GiveIndices(i);
            }
            else
            {
                Gather(set.InputStart(i), order, i);
            }
            if (set.AllMasks[i] is not null)
            {
                GatherMask(set.MaskStart(i), order, i);
            }
        }
        Run();
    }

    /// <summary>Counts the rows of each output that count.</summary>
    internal void Count(SampleSet set, long* order, Span<long> counted)
    {
        for (var i = 0; i < _heads.Length; i++)
        {
            counted[i] = _heads[i].Counting(set, order, Samples, Output(i).Mask, OutputSteps(i));
        }
    }

    /// <summary>Measures the outputs, and in training begins the backward pass with the gradients by them.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="order">Which of them.</param>
    /// <param name="counted">The rows of the whole batch that count, for each output.</param>
    /// <param name="losses">Receives the sum of each output's losses.</param>
    /// <param name="figures">Receives the sums of the metrics, at the places that they have in all figures.</param>
    /// <param name="training">Whether there is a backward pass.</param>
    internal void Measure(
        SampleSet set, long* order, ReadOnlySpan<long> counted, Span<double> losses, Span<double> figures, bool training)
    {
        figures.Clear();
        BeginBackward();
        for (var i = 0; i < _heads.Length; i++)
        {
            var gradient = training ? BeginGradient(i) : null;
            losses[i] = _heads[i].Measure(set, order, Samples, Output(i), OutputSteps(i), Math.Max(1, counted[i]), gradient, figures);
            if (training)
            {
                EndGradient(i);
            }
        }
    }

    /// <summary>From the gradients by the outputs to those of the packed weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="gradients">Receives their gradients.</param>
    internal void RunBack(float* weights, float* gradients)
    {
        if (_gradients != gradients)
        {
            _kernels.Bind(weights, gradients);
            _gradients = gradients;
        }
        RunBack(gradients);
    }

    /// <summary>Makes the sums of a whole batch's metrics what Torch's would be.</summary>
    internal void Finish(Span<double> figures)
    {
        foreach (var head in _heads)
        {
            head.Finish(figures);
        }
    }

    private protected override void TakeMore(Arena arena)
    {
        foreach (var head in _heads)
        {
            head.TakeBuffers(arena);
        }
    }
}
