namespace EchoLstm.Tests.Layers;

/// <summary>
/// What layers make of masked input, step by step: a recurrent layer reads the steps that are there and no others, and TimeDistributed is a
/// loop over steps. No mask reaches a layer's own code.
/// </summary>
internal static class MaskLoop
{
    /// <summary>One sample through a layer.</summary>
    /// <param name="layer">The layer, built.</param>
    /// <param name="x">The sample, (1, ...).</param>
    /// <param name="mask">Its mask, of its first axes; null: none.</param>
    internal static (Tensor Output, Tensor? Mask) Run(Layer layer, Tensor x, Tensor? mask) => layer switch
    {
        SequentialModel model => model.Layers.Aggregate((x, mask), (data, one) => Run(one, data.x, data.mask)),
        TimeDistributed each => Steps(each.InnerLayer, x, mask),
        Masking masking => Masked(x, Both(x.ne(masking.MaskValue).any(-1), mask)),
        Embedding words => (words.call(x), words.MaskZero ? Both(x.ne(0), mask) : mask),
        Bidirectional both => (cat([Zeroed(both.Forward, x, mask), Zeroed(both.Backward, x, mask)], -1), both.Forward.ReturnSequences ? mask : null),
        RecurrentLayer recurrent => (Read(recurrent, x, mask, zeroed: false), recurrent.ReturnSequences ? mask : null),
        _ => (layer.call(x), mask),
    };

    private static (Tensor Output, Tensor? Mask) Steps(Layer inner, Tensor x, Tensor? mask)
    {
        var outputs = new List<Tensor>();
        var masks = new List<Tensor?>();
        var isThere = new List<bool>();
        for (var t = 0L; t < x.shape[1]; t++)
        {
            var (y, m) = Run(inner, x.select(1, t), mask?.dim() > 2 ? mask.select(1, t) : null);
            outputs.Add(y);
            masks.Add(m);
            isThere.Add(mask is null || mask.select(1, t).any().item<bool>());
        }
        var steps = mask is null ? null : tensor(isThere.ToArray()).unsqueeze(0);
        return (stack(outputs, 1), masks[0] is null ? steps : Both(stack(masks.Select(one => one!), 1), steps));
    }

    private static (Tensor Output, Tensor Mask) Masked(Tensor x, Tensor mask) => (x * mask.unsqueeze(-1).to(x.dtype), mask);

    private static Tensor Both(Tensor own, Tensor? given)
    {
        while (given is not null && given.dim() < own.dim())
        {
            given = given.unsqueeze(-1);
        }
        return given is null ? own : own.logical_and(given);
    }

    private static Tensor Zeroed(RecurrentLayer layer, Tensor x, Tensor? mask) => Read(layer, x, mask, zeroed: true);

    // A layer that reads backwards gives its outputs in the order of its reading.
    private static Tensor Read(RecurrentLayer layer, Tensor x, Tensor? mask, bool zeroed)
    {
        bool[] there = mask is null ? [.. Enumerable.Repeat(true, (int)x.shape[1])] : [.. mask.squeeze(0).data<bool>()];
        long[] kept = [.. Enumerable.Range(0, there.Length).Where(t => there[t]).Select(t => (long)t)];
        var read = kept.Length == 0 ? null : layer.call(x.index_select(1, tensor(kept)));
        if (!layer.ReturnSequences)
        {
            return read ?? zeros(1, layer.Units);
        }
        read = layer.GoBackwards ? read?.flip(1) : read;
        var steps = new Tensor[there.Length];
        var last = zeros(1, layer.Units);
        for (var (t, next) = (0, 0); t < steps.Length; t++)
        {
            last = there[t] ? read!.select(1, next++) : zeroed ? zeros(1, layer.Units) : last;
            steps[t] = last;
        }
        return stack(steps, 1);
    }
}
