using System.Runtime.InteropServices;
using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// A layer in which each step of a query gets the mean of a value's steps, weighted by how well their keys fit; in a graph
/// <c>attention.Apply(query, value, key)</c>, where the key may be left out.
/// </summary>
/// <remarks>Called with one tensor, as in a SequentialModel, the input is query, key and value: each step attends to the whole sequence.
/// As in Keras a masked step of the value gets the weight 0, and the output has the query's mask.</remarks>
public abstract class AttentionLayer : Layer
{
    // Keras's number for what no score outweighs, and the largest of 16 bits.
    private const double Outweighed = 1e9;
    private const double OutweighedInHalf = 65504;

    private protected AttentionLayer(AttentionLayerSettings settings)
        : base(settings)
    {
    }

    private protected override bool ComputesWithFloats => true;

    /// <summary>Lets each step of a query attend to the steps of a value.</summary>
    /// <param name="query">What asks, (samples, query steps, features).</param>
    /// <param name="value">What is looked at, (samples, value steps, any number of features).</param>
    /// <param name="key">What the query is compared with, (samples, value steps, features); null: the value.</param>
    /// <param name="valueMask">Which of the value's steps count, booleans of (samples, value steps); null: all, or those that a Masking or
    /// Embedding left the value.</param>
    /// <returns>The output (samples, query steps, features) and the weights (samples, query steps, value steps), of several heads (samples,
    /// heads, query steps, value steps), which sum to 1; both are the caller's. As in Keras, Attention's are those that dropout has
    /// left.</returns>
    /// <exception cref="ShapeMismatchException">The tensors do not fit each other or the layer.</exception>
    public (Tensor Output, Tensor Weights) Attend(Tensor query, Tensor value, Tensor? key = null, Tensor? valueMask = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(value);
        using var use = Guard.Read(nameof(Attend));
        ThrowIfDisposed();
        CheckTensor(query, nameof(query), this);
        _ = OutputShape(Shape.Of(query));
        CheckFit(query, value, key ?? value, valueMask);
        EnsureBuilt(query, value, key ?? value);
        using var scope = NewDisposeScope();
        try
        {
            var (output, weights) = Look(
                query,
                value,
                key ?? value,
                [StepMasks.Of(query), valueMask ?? StepMasks.Of(value), key is null ? null : StepMasks.Of(key)]);
            return (output.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
        }
        catch (ExternalException error)
        {
            throw Failed(query, error);
        }
    }

    /// <summary>What the query's steps get, and from where; in the caller's dispose scope.</summary>
    private protected abstract (Tensor Output, Tensor Weights) Look(Tensor query, Tensor value, Tensor key, Tensor?[] masks);

    private protected override Tensor[] ComputeMany(Tensor[] inputs, Tensor?[] masks)
    {
        CheckFit(inputs[0], inputs[1], inputs[^1], masks[1]);
        using var scope = NewDisposeScope();
        var output = Look(inputs[0], inputs[1], inputs[^1], [masks[0], masks[1], masks.ElementAtOrDefault(2)]).Output;
        if (masks[0] is { } mask)
        {
            StepMasks.Attach(output, mask);
        }
        return [output.MoveToOuterDisposeScope()];
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return Look(input, input, input, [mask, mask, null]).Output.MoveToOuterDisposeScope();
    }

    /// <summary>Scores as weights that sum to 1 over the value's steps.</summary>
    /// <param name="scores">(..., query steps, value steps).</param>
    /// <param name="counts">Which of them count, broadcast to the scores' shape; null: all.</param>
    private protected static Tensor Shares(Tensor scores, Tensor? counts)
    {
        if (counts is not null)
        {
            var unused = counts.logical_not().to(scores.dtype);
            scores -= unused.Times(scores.dtype == ScalarType.Float16 ? OutweighedInHalf : Outweighed);
        }
        return nn.functional.softmax(scores, -1);
    }

    /// <summary>Which pairs of a query's step and a value's count; null: all.</summary>
    /// <param name="scores">(..., query steps, value steps).</param>
    /// <param name="isCausal">Whether a step looks at no later one.</param>
    /// <param name="counts">Which count otherwise, broadcast to (samples, query steps, value steps).</param>
    private protected static Tensor? Pairs(Tensor scores, bool isCausal, params Tensor?[] counts)
    {
        var earlier = isCausal ? ones(scores.shape[^2], scores.shape[^1], dtype: ScalarType.Bool, device: scores.device).tril() : null;
        return counts.Append(earlier).Aggregate((both, next) => both is null ? next : next is null ? both : both.logical_and(next));
    }

    private protected Tensor Dropped(Tensor weights, double rate, SeededRandom random) =>
        training && rate > 0 ? weights * DropoutMask.Draw(random, rate, weights.shape, weights) : weights;

    private protected static Tensor WithoutMasked(Tensor output, Tensor? queryMask) =>
        queryMask is null ? output : output * queryMask.unsqueeze(-1).to(output.dtype);

    private void CheckFit(Tensor query, Tensor value, Tensor key, Tensor? valueMask)
    {
        foreach (var (operand, name) in new[] { (value, nameof(value)), (key, nameof(key)) })
        {
            CheckTensor(operand, name, this);
            TensorCheck.Alike(operand, name, this, query, "the query is");
        }
        if (valueMask is not null)
        {
            TensorCheck.Readable(valueMask, "mask", this);
        }
        var (q, v, k, m) = (Shape.Of(query), Shape.Of(value), Shape.Of(key), valueMask is null ? null : Shape.Of(valueMask));
        var settings = (AttentionLayerSettings)Settings;
        if (!settings.Fit(q, v, k) || (m is not null && !(m.Rank == 2 && m[0] == v[0] && m[1] == v[1])))
        {
            var (neededValue, neededKey, advice) = settings.Needs;
            throw new ShapeMismatchException(
                $"{Title} expects query (samples, query steps, features), value {neededValue}, key {neededKey} and mask (samples, value "
                    + $"steps) but received query {q}, value {v}, key {k} and {(m is null ? "no mask" : $"mask {m}")}. {advice}",
                $"(samples, query steps, features), {neededValue}, {neededKey}, (samples, value steps)",
                $"{q}, {v}, {k}, {m?.ToString() ?? "none"}");
        }
    }
}
