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
        plan.Load(_packed);
    }

    /// <summary>Whether the model's parameters were disposed or moved since the weights were taken.</summary>
    internal bool HasLostWeights() => _plan.HasLostMemory();

    /// <summary>Takes the weights as they are now; false where they are not where kernels can read them.</summary>
    internal bool TryTakeWeights()
    {
        if (!_plan.TryFindMemory(out _, mayBeFrozen: true))
        {
            return false;
        }
        _plan.Load(_packed);
        return true;
    }

    internal void Step(ReadOnlySpan<float> input, Span<float> output) => _pass.Step(input, output);

    internal void Step(ReadOnlySpan<int> input, Span<float> output) => _pass.Step(input, output);

    /// <summary>Reads a step of each of several inputs.</summary>
    /// <param name="inputs">The features of one sequence after the other; whole numbers where they are indices.</param>
    /// <param name="outputs">Receive the outputs of one sequence after the other.</param>
    internal void Step(float[][] inputs, float[][] outputs) => _pass.Step(inputs, outputs);

    /// <summary>The states of a recurrent layer, each batch · units numbers.</summary>
    internal float[][] States(int place) => _pass.States(place);

    internal void SetState(int place, int state, ReadOnlySpan<float> values) => _pass.SetState(place, state, values);
}
