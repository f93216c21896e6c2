using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>The kernel of a layer.</summary>
internal static class KernelFactory<V>
    where V : struct, ILanes<V>
{
    /// <summary>Makes the kernel; null where the shapes allow none.</summary>
    /// <param name="layer">A layer that is built and of a kind that has kernels, see <see cref="KernelSupport"/>.</param>
    /// <param name="inputShape">The shape of its input, of rank 2 or 3; the last axis has a length unless the input is indices.</param>
    /// <param name="repeats">How often a RepeatVector before it repeats its input; 0 for none.</param>
    /// <param name="team">The threads.</param>
    /// <param name="memories">Receives the parameters that the kernel works on.</param>
    internal static FusedKernel? Create(Layer layer, Shape inputShape, int repeats, WorkTeam team, List<(Layer Layer, ParameterMemory Memory)> memories)
    {
        var features = checked((int)(inputShape.Last ?? 1));
        switch (layer)
        {
            case RecurrentLayer recurrent:
                return CreateRecurrent(recurrent, features, repeats, team, memories);
            case Bidirectional both:
                return new BidirectionalKernel<V>(
                    both,
                    CreateRecurrent(both.Forward, features, 0, team, memories),
                    CreateRecurrent(both.Backward, features, 0, team, memories));
            case Dense dense:
                var (kernel, bias) = dense.Memory();
                Add(memories, dense, kernel, bias);
                return new DenseKernel<V>(dense, kernel, bias, features, team);
            case Embedding embedding:
                var table = embedding.Memory();
                Add(memories, embedding, table);
                return new EmbeddingKernel<V>(embedding, table);
            case TimeDistributed each:
                return Create((Layer)each.Inner, inputShape, 0, team, memories);
            case RepeatVector repeat:
                return new RepeatVectorKernel<V>(repeat.N, features);
            case Masking masking:
                return new MaskingKernel<V>(masking, features);
            case Dropout dropout:
                return new DropoutKernel<V>(dropout, features);
            case ActivationLayer activation:
                return new ActivationKernel<V>(activation, features);
            case Flatten or Reshape when layer.OutputShape(inputShape) is { Rank: 2 or 3, Last: { } units }:
                return new ReshapeKernel<V>(features, checked((int)units));
            default:
                return null;
        }
    }

    private static RecurrentKernel<V> CreateRecurrent(RecurrentLayer layer, int features, int repeats, WorkTeam team, List<(Layer Layer, ParameterMemory Memory)> memories)
    {
        switch (layer)
        {
            case Lstm lstm:
                var ofLstm = lstm.Memory();
                Add(memories, lstm, ofLstm.Input, ofLstm.Recurrent);
                return new LstmKernel<V>(lstm, ofLstm.Input, ofLstm.Recurrent, features, repeats, team);
            case Gru gru:
                var ofGru = gru.Memory();
                Add(memories, gru, [ofGru.Input, ofGru.Recurrent, .. ofGru.Biases]);
                return new GruKernel<V>(gru, ofGru.Input, ofGru.Recurrent, ofGru.Biases, features, repeats, team);
            case SimpleRnn plain:
                var ofPlain = plain.Memory();
                Add(memories, plain, ofPlain.Input, ofPlain.Recurrent);
                return new SimpleRnnKernel<V>(plain, ofPlain.Input, ofPlain.Recurrent, features, repeats, team);
            default:
                throw new ArgumentException($"{layer.Title} has no kernel.", nameof(layer));
        }
    }

    private static void Add(List<(Layer Layer, ParameterMemory Memory)> memories, Layer layer, params ReadOnlySpan<ParameterMemory?> added)
    {
        foreach (var memory in added)
        {
            if (memory is not null)
            {
                memories.Add((layer, memory));
            }
        }
    }
}
