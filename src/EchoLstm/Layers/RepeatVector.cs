namespace EchoLstm.Layers;

/// <summary>
/// Repeats a vector as the steps of a sequence: Keras's <c>RepeatVector</c>, the bridge from an encoder to a decoder.
/// (samples, features) becomes (samples, n, features).
/// </summary>
public sealed class RepeatVector : Layer
{
    /// <summary>Creates the layer; it has no weights.</summary>
    /// <param name="n">The number of time steps of the output.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is below 1.</exception>
    public RepeatVector(int n)
        : this(new RepeatVectorSettings { N = n })
    {
    }

    internal RepeatVector(RepeatVectorSettings settings)
        : base(settings)
    {
        if (settings.N < 1)
        {
            throw new ArgumentOutOfRangeException("n", settings.N, "RepeatVector makes at least 1 time step.");
        }
    }

    internal new RepeatVectorSettings Settings => (RepeatVectorSettings)base.Settings;

    /// <summary>The number of time steps of the output.</summary>
    public int N => Settings.N;

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        CheckOutputSize(input);
        using var step = input.unsqueeze(1);
        return step.repeat(1, N, 1);
    }
}
