namespace EchoLstm.Tests.Layers;

/// <summary>The recurrent layers under test.</summary>
public enum RecurrentKind
{
    /// <summary>Lstm.</summary>
    Lstm,

    /// <summary>Gru with the reset gate after the recurrent product.</summary>
    Gru,

    /// <summary>Gru with the reset gate before it.</summary>
    GruResetBefore,

    /// <summary>SimpleRnn.</summary>
    SimpleRnn,
}

/// <summary>Makes recurrent layers with arbitrary weights.</summary>
internal static class RecurrentKinds
{
    internal static TheoryData<RecurrentKind> All => [.. Enum.GetValues<RecurrentKind>()];

    internal static RecurrentLayer Make(
        this RecurrentKind kind,
        int units,
        bool returnSequences = false,
        bool stateful = false,
        bool goBackwards = false,
        double dropout = 0,
        double recurrentDropout = 0,
        int? seed = 11) => kind switch
        {
            RecurrentKind.Lstm => new Lstm(units, returnSequences, false, stateful, goBackwards, dropout: dropout, recurrentDropout: recurrentDropout) { Seed = seed },
            RecurrentKind.SimpleRnn => new SimpleRnn(units, returnSequences, stateful, goBackwards, dropout: dropout, recurrentDropout: recurrentDropout) { Seed = seed },
            _ => new Gru(units, returnSequences, stateful, goBackwards, resetAfter: kind == RecurrentKind.Gru, dropout: dropout, recurrentDropout: recurrentDropout) { Seed = seed },
        };

    /// <summary>Gives every weight, biases too, arbitrary values; the layer must be built.</summary>
    internal static T WithArbitraryWeights<T>(this T layer, int seed, double limit = 0.8)
        where T : Layer
    {
        using var scope = NewDisposeScope();
        layer.SetWeights([.. layer.Weights.Select((weight, i) =>
        {
            var shape = weight.Value().shape;
            return Numbers.Shaped(Numbers.Uniform(seed + i, shape, limit, ScalarType.Float64).Values(), shape);
        })]);
        return layer;
    }

    /// <summary>The tensor with a mask that travels with it.</summary>
    internal static Tensor Masked(this Tensor x, Tensor mask)
    {
        StepMasks.Attach(x, mask);
        return x;
    }

    /// <summary>The state after the steps, the hidden state first.</summary>
    internal static (Tensor Output, Tensor[] States) RunWithStates(this RecurrentLayer layer, Tensor x, Tensor[]? initial = null)
    {
        switch (layer)
        {
            case Lstm lstm:
                var (output, state) = lstm.CallWithState(x, initial is null ? null : new LstmState(initial[0], initial[1]));
                return (output, [state.Hidden, state.Cell]);
            case Gru gru:
                var ofGru = gru.CallWithState(x, initial?[0]);
                return (ofGru.Output, [ofGru.State]);
            case SimpleRnn rnn:
                var ofRnn = rnn.CallWithState(x, initial?[0]);
                return (ofRnn.Output, [ofRnn.State]);
            default:
                throw new NotSupportedException($"The tests have no layer {layer.GetType().Name}.");
        }
    }
}
