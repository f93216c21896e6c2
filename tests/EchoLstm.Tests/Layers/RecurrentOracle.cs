namespace EchoLstm.Tests.Layers;

/// <summary>Outputs (in the order of computation) for inputs, and the hidden states after, which replace those given; a step that is not used is skipped.</summary>
internal delegate double[][][] Textbook(double[,,] x, double[][] h, bool[,] used);

/// <summary>Compares a recurrent layer of one state with a scalar loop in double precision, and its gradients with differences.</summary>
internal static class RecurrentOracle
{
    private const int Samples = 2;
    private const int Steps = 4;
    private const int Features = 2;

    // A step in the middle, one at the beginning and one at the end.
    private static readonly bool[,] SomeUsed = { { true, false, true, true }, { false, true, true, false } };
    private static readonly bool[,] AllUsed = { { true, true, true, true }, { true, true, true, true } };

    /// <summary>All activations of outputs and gates; those behind softmax each with the other's usual one, but for what explodes.</summary>
    internal static TheoryData<Activation, Activation> Activations
    {
        get
        {
            var data = new TheoryData<Activation, Activation>();
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var recurrent in Enum.GetValues<Activation>())
                {
                    if ((activation <= Activation.Softmax && recurrent <= Activation.Softmax)
                        || (activation > Activation.Softmax && activation != Activation.Exponential && recurrent == Activation.Sigmoid)
                        || (activation == Activation.Tanh && recurrent > Activation.Softmax))
                    {
                        data.Add(activation, recurrent);
                    }
                }
            }
            return data;
        }
    }

    /// <summary>Checks two calls of an unbuilt layer.</summary>
    /// <param name="layer">The layer; it gets arbitrary weights.</param>
    /// <param name="textbookOf">Makes the loop once the layer has its weights.</param>
    /// <param name="withState">Whether the first call begins from a state.</param>
    /// <param name="withMask">Whether some steps are masked.</param>
    /// <param name="seed">The seed of weights and data.</param>
    internal static void Check(RecurrentLayer layer, Func<Textbook> textbookOf, bool withState, bool withMask, int seed)
    {
        var units = layer.Units;
        var x = Numbers.Uniform(100 + seed, [Samples, Steps, Features], 2, ScalarType.Float64);
        var used = withMask ? SomeUsed : AllUsed;
        if (withMask)
        {
            x.Masked(tensor(used));
        }
        Prepare(layer, x, seed);
        var textbook = textbookOf();
        var initial = withState ? Numbers.Uniform(1, [Samples, units], 1, ScalarType.Float64) : zeros(Samples, units, dtype: ScalarType.Float64);
        var h = Rows(initial);
        for (var call = 0; call < 2; call++)
        {
            var startsAnew = call == 0 || !layer.Stateful;
            if (startsAnew)
            {
                h = Rows(initial);
            }
            var expected = textbook((double[,,])Numbers.Shaped(x.Values(), x.shape), h, used);
            var (output, states) = layer.RunWithStates(x, startsAnew && withState ? [initial] : null);

            var what = $"case {seed}, call {call}";
            output.shape.Should().Equal(layer.ReturnSequences ? [Samples, Steps, units] : [Samples, units], what);
            output.ShouldMatch([.. expected.SelectMany(steps => layer.ReturnSequences ? steps.SelectMany(step => step) : steps[^1])], Tolerance.Float64, $"the output of {what}");
            states[0].ShouldMatch([.. h.SelectMany(row => row)], Tolerance.Float64, $"the state of {what}");
        }
    }

    /// <summary>With respect to the weights, the input and the state before; of the output and the state after.</summary>
    internal static void GradientsEqualDifferences(RecurrentLayer layer, bool withMask)
    {
        using var scope = NewDisposeScope();
        using (layer)
        {
            var x = Numbers.Uniform(7, [Samples, Steps, Features], 1, ScalarType.Float64);
            Prepare(layer, x, 40);
            var initial = Numbers.Uniform(8, [Samples, layer.Units], 1, ScalarType.Float64);
            if (withMask)
            {
                x.Masked(tensor(SomeUsed));
            }
            GradientCheck.Verify(
                inputs =>
                {
                    var (output, states) = layer.RunWithStates(inputs[0], [inputs[1]]);
                    return cat([output.reshape(-1), .. states.Select(state => state.reshape(-1))], 0);
                },
                [x, initial, .. layer.parameters()]);
        }
    }

    private static void Prepare(RecurrentLayer layer, Tensor x, int seed)
    {
        layer.Build(Shape.Of(x));
        layer.to(ScalarType.Float64);
        layer.WithArbitraryWeights(seed);
    }

    private static double[][] Rows(Tensor matrix) => [.. matrix.Values().Chunk((int)matrix.shape[1])];
}
