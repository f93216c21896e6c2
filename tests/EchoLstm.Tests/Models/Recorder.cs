namespace EchoLstm.Tests.Models;

/// <summary>Hands on its input and remembers the first number of each sample of each batch, and whether it was trained on.</summary>
internal sealed class Recorder() : nn.Module<Tensor, Tensor>(nameof(Recorder))
{
    internal List<(double[] Samples, bool Training)> Batches { get; } = [];

    internal IEnumerable<double[]> Trained => Batches.Where(batch => batch.Training).Select(batch => batch.Samples);

    public override Tensor forward(Tensor input)
    {
        using var flat = input.flatten(1);
        using var first = flat.select(1, 0);
        Batches.Add((first.Values(), training));
        return input.alias();
    }
}
