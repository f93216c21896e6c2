using System.Numerics;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>Keras's optimisers in one pass over the packed weights; the formulas stand at <see cref="Adam"/>, <see cref="Sgd"/> and <see cref="RmsProp"/>.</summary>
internal sealed unsafe class FusedUpdate
{
    private readonly Optimizer _optimizer;
    private readonly float[][] _moments;
    private long _step;

    internal FusedUpdate(Optimizer optimizer, long numbers)
    {
        _optimizer = optimizer;
        var moments = optimizer switch
        {
            Adam => 2,
            Sgd sgd => sgd.Momentum > 0 ? 1 : 0,
            RmsProp rms => 1 + (rms.Centered ? 1 : 0) + (rms.Momentum > 0 ? 1 : 0),
            _ => throw new ArgumentException($"{optimizer.Name} has no fused form.", nameof(optimizer)),
        };
        _moments = [.. Enumerable.Range(0, moments).Select(_ => GC.AllocateArray<float>(checked((int)numbers), pinned: true))];
    }

    internal static bool Supports(Optimizer optimizer) => optimizer is Adam or Sgd or RmsProp;

    /// <summary>Moves the weights by their gradients.</summary>
    /// <param name="weights">The packed weights.</param>
    /// <param name="gradients">Their gradients; they are clipped in place.</param>
    /// <param name="numbers">How many, a multiple of the vector's width.</param>
    internal void Step(float* weights, float* gradients, long numbers)
    {
        _step++;
        if (_optimizer.ClipValue is { } limit)
        {
            var (low, high) = (new Vector<float>((float)-limit), new Vector<float>((float)limit));
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                Vector.Min(Vector.Max(Vector.Load(gradients + k), low), high).Store(gradients + k);
            }
        }
        else if (_optimizer.GlobalClipNorm is { } norm)
        {
            ScaleTo(norm, gradients, numbers);
        }
        switch (_optimizer)
        {
            case Adam adam:
                Move(adam, weights, gradients, numbers);
                break;
            case Sgd sgd:
                Move(sgd, weights, gradients, numbers);
                break;
            case RmsProp rms:
                Move(rms, weights, gradients, numbers);
                break;
        }
    }

    private static void ScaleTo(double norm, float* gradients, long numbers)
    {
        var square = 0.0;
        for (var k = 0L; k < numbers; k++)
        {
            square += (double)gradients[k] * gradients[k];
        }
        var length = Math.Sqrt(square);
        if (length > norm)
        {
            var scale = new Vector<float>((float)(norm / length));
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                (Vector.Load(gradients + k) * scale).Store(gradients + k);
            }
        }
    }

    private void Move(Adam adam, float* weights, float* gradients, long numbers)
    {
        var scale = new Vector<float>((float)(adam.LearningRate * Math.Sqrt(1 - Math.Pow(adam.Beta2, _step)) / (1 - Math.Pow(adam.Beta1, _step))));
        var (beta1, rest1) = (new Vector<float>((float)adam.Beta1), new Vector<float>((float)(1 - adam.Beta1)));
        var (beta2, rest2) = (new Vector<float>((float)adam.Beta2), new Vector<float>((float)(1 - adam.Beta2)));
        var epsilon = new Vector<float>((float)adam.Epsilon);
        fixed (float* firsts = _moments[0], seconds = _moments[1])
        {
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                var g = Vector.Load(gradients + k);
                var m = (beta1 * Vector.Load(firsts + k)) + (rest1 * g);
                var v = (beta2 * Vector.Load(seconds + k)) + (rest2 * g * g);
                m.Store(firsts + k);
                v.Store(seconds + k);
                (Vector.Load(weights + k) - (scale * m / (Vector.SquareRoot(v) + epsilon))).Store(weights + k);
            }
        }
    }

    private void Move(Sgd sgd, float* weights, float* gradients, long numbers)
    {
        var rate = new Vector<float>((float)sgd.LearningRate);
        if (sgd.Momentum == 0)
        {
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                (Vector.Load(weights + k) - (rate * Vector.Load(gradients + k))).Store(weights + k);
            }
            return;
        }
        var momentum = new Vector<float>((float)sgd.Momentum);
        fixed (float* velocity = _moments[0])
        {
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                var move = rate * Vector.Load(gradients + k);
                var v = (momentum * Vector.Load(velocity + k)) - move;
                v.Store(velocity + k);
                (Vector.Load(weights + k) + (sgd.Nesterov ? (momentum * v) - move : v)).Store(weights + k);
            }
        }
    }

    private void Move(RmsProp rms, float* weights, float* gradients, long numbers)
    {
        var rate = new Vector<float>((float)rms.LearningRate);
        var (rho, rest) = (new Vector<float>((float)rms.Rho), new Vector<float>((float)(1 - rms.Rho)));
        var epsilon = new Vector<float>((float)rms.Epsilon);
        var momentum = new Vector<float>((float)rms.Momentum);
        fixed (float* squares = _moments[0], means = rms.Centered ? _moments[1] : null, velocity = rms.Momentum > 0 ? _moments[^1] : null)
        {
            for (var k = 0L; k < numbers; k += Vector<float>.Count)
            {
                var g = Vector.Load(gradients + k);
                var v = (rho * Vector.Load(squares + k)) + (rest * g * g);
                v.Store(squares + k);
                if (means is not null)
                {
                    var mean = (rho * Vector.Load(means + k)) + (rest * g);
                    mean.Store(means + k);
                    v -= mean * mean;
                }
                var move = rate * g / Vector.SquareRoot(v + epsilon);
                if (velocity is not null)
                {
                    move += momentum * Vector.Load(velocity + k);
                    move.Store(velocity + k);
                }
                (Vector.Load(weights + k) - move).Store(weights + k);
            }
        }
    }
}
