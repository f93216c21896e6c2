using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The sizes of a recurrent module, from which its parameters, states and checks follow.</summary>
internal sealed record RecurrentLayout(
    string Name, long Inputs, long Hidden, long Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional, int Gates)
{
    private long Directions => Bidirectional ? 2 : 1;

    /// <summary>Makes the parameters in libtorch's order, uniform within 1 / √hidden.</summary>
    internal IEnumerable<(string Name, Parameter Value)> CreateParameters()
    {
        if (Dropout is < 0 or > 1 or double.NaN)
            throw new ExternalException($"{Name}: dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
        if (Hidden <= 0) throw new ExternalException($"{Name}: hidden_size must be greater than zero");
        if (Layers <= 0) throw new ExternalException($"{Name}: num_layers must be greater than zero");

        var bound = 1 / Math.Sqrt(Hidden);
        foreach (var (name, shape) in Shapes())
        {
            var parameter = nn.Parameter(empty(shape));
            parameter.DetachFromDisposeScope();
            nn.init.uniform_(parameter, -bound, bound);
            yield return (name, parameter);
        }
    }

    /// <summary>A state of zeros for an input.</summary>
    internal Tensor ZeroState(Tensor input) => zeros(StateShape(input), input.dtype, input.device);

    internal void CheckInput(Tensor input)
    {
        var shape = input.shape;
        if (shape.Length != 3) throw new ExternalException($"{Name}: input must have 3 dimensions, got {shape.Length}");
        if (shape[2] != Inputs)
            throw new ExternalException($"{Name}: input.size(-1) must be equal to input_size. Expected {Inputs}, got {shape[2]}");
    }

    internal void CheckState(Tensor input, Tensor state, string what)
    {
        var (expected, received) = (StateShape(input), state.shape);
        if (!expected.AsSpan().SequenceEqual(received))
            throw new ExternalException($"{Name}: Expected {what} size [{string.Join(", ", expected)}], got [{string.Join(", ", received)}]");
    }

    private long[] StateShape(Tensor input) => [Directions * Layers, input.shape[BatchFirst ? 0 : 1], Hidden];

    private IEnumerable<(string, long[])> Shapes()
    {
        for (var layer = 0L; layer < Layers; layer++)
        {
            var inputs = layer == 0 ? Inputs : Hidden * Directions;
            for (var direction = 0; direction < Directions; direction++)
            {
                var suffix = $"_l{layer}{(direction == 1 ? "_reverse" : "")}";
                yield return ("weight_ih" + suffix, [Gates * Hidden, inputs]);
                yield return ("weight_hh" + suffix, [Gates * Hidden, Hidden]);
                if (!Bias) continue;
                yield return ("bias_ih" + suffix, [Gates * Hidden]);
                yield return ("bias_hh" + suffix, [Gates * Hidden]);
            }
        }
    }
}
