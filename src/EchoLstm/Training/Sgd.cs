using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>
/// Stochastic gradient descent as Keras has it, with momentum (Polyak 1964) and Nesterov's variant of it (Nesterov 1983, in the form of
/// Sutskever et al. 2013).
/// </summary>
/// <remarks>
/// <code>
/// v ← momentum · v - learningRate · g
/// w ← w + v                                       (plain)
/// w ← w + momentum · v - learningRate · g         (nesterov)
/// </code>
/// </remarks>
public sealed class Sgd : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.01</value></param>
    /// <param name="momentum">How much of the last move stays in the next, of [0, 1); 0 for none. <value>0</value></param>
    /// <param name="nesterov">Whether the gradient's effect is looked at after the momentum's move. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Sgd(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        Momentum = Fraction(momentum, nameof(momentum));
        Nesterov = nesterov;
    }

    /// <summary>How much of the last move stays in the next.</summary>
    public double Momentum { get; }

    /// <summary>Whether the gradient's effect is looked at after the momentum's move.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override string Name => "sgd";

    internal override IReadOnlyList<string> Remembers => Momentum == 0 ? [] : ["velocity"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new ParameterwiseUpdate(this, trained, Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) =>
        new UpdateSettings(UpdateFormula.Sgd, rate) { Momentum = Momentum, Nesterov = Nesterov };

    private void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        using Scalar back = -rate, momentum = Momentum;
        if (Momentum == 0)
        {
            w.add_(g, back);
            return;
        }
        var v = ParameterwiseUpdate.Flush(remembered[0].mul_(momentum).add_(g, back));
        if (Nesterov)
        {
            w.add_(v, momentum).add_(g, back);
        }
        else
        {
            w.add_(v);
        }
    }
}
