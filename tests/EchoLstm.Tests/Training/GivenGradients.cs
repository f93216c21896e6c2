using TorchSharp.Modules;

namespace EchoLstm.Tests.Training;

/// <summary>
/// A model in double precision whose gradients are whatever a test wants: its output is x · (a, b) and its loss that output, so that the gradient
/// of the weights a (two numbers) and b (one) is x itself.
/// </summary>
internal sealed class GivenGradients : IDisposable
{
    private readonly SequentialModel _model;

    internal GivenGradients(Optimizer optimizer, double[] initial)
    {
        _model = new SequentialModel(new Weights());
        _model.Build(3);
        _model.to(ScalarType.Float64);
        _model.SetWeights([initial[..2], initial[2..]]);
        _model.Compile((target, output) => output, optimizer);
    }

    internal double[] Values => _model.GetWeights().Values();

    internal SequentialModel Model => _model;

    /// <summary>The weights after a step for each of the gradients.</summary>
    internal static double[] After(Optimizer optimizer, double[] initial, IEnumerable<double[]> gradients)
    {
        using var model = new GivenGradients(optimizer, initial);
        foreach (var gradient in gradients)
        {
            model.Step(gradient);
        }
        return model.Values;
    }

    internal void Step(double[] gradient) =>
        _model.TrainOnBatch(new double[,] { { gradient[0], gradient[1], gradient[2] } }, new double[1, 1]);

    public void Dispose() => _model.Dispose();

    private sealed class Weights : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _a = nn.Parameter(zeros(2));
        private readonly Parameter _b = nn.Parameter(zeros(1));

        internal Weights()
            : base(nameof(Weights)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return (input * cat([_a, _b], 0)).sum(-1, keepdim: true).MoveToOuterDisposeScope();
        }
    }
}
