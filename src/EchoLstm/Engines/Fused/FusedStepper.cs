using EchoLstm.Kernels;

namespace EchoLstm.Engines.Fused;

/// <summary>Runs a model one time step at a time with kernels of its own on the model's weights.</summary>
internal sealed unsafe class FusedStepper
{
    private readonly FusedPlan _plan;
    private readonly Arena _weights = new();
    private readonly float* _packed;
    private readonly StepPass _pass;

    internal FusedStepper(FusedPlan plan, int batch)
    {
        _plan = plan;
        _packed = (float*)plan.BindTo(_weights, gradients: false).Weights;
        _pass = new StepPass(plan.Kernels, batch);
    }

    /// <summary>Whether the weights are where the kernels look for them; finds them anew.</summary>
    internal bool StillFits() => _plan.TryFindMemory(out _);

    /// <summary>Reads a step; the weights are those of this moment.</summary>
    /// <param name="input">The features of one sequence after the other.</param>
    /// <param name="output">Receives the outputs of one sequence after the other.</param>
    internal void Step(ReadOnlySpan<float> input, Span<float> output)
    {
        _plan.Load(_packed);
        _pass.Step(input, output);
    }

    /// <summary>Reads a step of a model that reads indices.</summary>
    /// <param name="input">An index a sequence.</param>
    /// <param name="output">Receives the outputs of one sequence after the other.</param>
    internal void Step(ReadOnlySpan<int> input, Span<float> output)
    {
        _plan.Load(_packed);
        _pass.Step(input, output);
    }

    /// <summary>The states of a recurrent layer, each batch · units numbers.</summary>
    internal float[][] States(int place) => _pass.States(place);

    /// <summary>Sets a state of a recurrent layer.</summary>
    internal void SetState(int place, int state, ReadOnlySpan<float> values) => _pass.SetState(place, state, values);
}
