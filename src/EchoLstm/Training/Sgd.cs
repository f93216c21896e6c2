using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>Stochastic gradient descent as Keras has it, with momentum and Nesterov's variant of it.</summary>
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
    /// <param name="learningRate">The size of a step.</param>
    /// <param name="momentum">How much of the last move stays in the next; 0 for none.</param>
    /// <param name="nesterov">Whether the gradient's effect is looked at after the momentum's move.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
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

    internal override ParameterUpdate Begin(TrainedWeights trained) => new Update(this, trained);

    private sealed class Update(Sgd sgd, TrainedWeights trained) : ParameterwiseUpdate(sgd, trained)
    {
        private readonly Tensor[] _velocity = sgd.Momentum == 0 ? [] : ZerosLike(trained);

        protected override void Move(int index, Parameter parameter, Tensor gradient)
        {
            if (sgd.Momentum == 0)
            {
                parameter.add_(gradient, alpha: -sgd.LearningRate);
                return;
            }
            var v = _velocity[index].mul_(sgd.Momentum).add_(gradient, alpha: -sgd.LearningRate);
            if (sgd.Nesterov)
            {
                parameter.add_(v, alpha: sgd.Momentum).add_(gradient, alpha: -sgd.LearningRate);
            }
            else
            {
                parameter.add_(v);
            }
        }

        public override void Dispose()
        {
            foreach (var velocity in _velocity)
            {
                velocity.Dispose();
            }
        }
    }
}
