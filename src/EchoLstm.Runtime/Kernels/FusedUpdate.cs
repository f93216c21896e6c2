using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>The optimisers that have a form in loops.</summary>
internal enum UpdateFormula
{
    Adam,
    Nadam,
    Adamax,
    Adagrad,
    Sgd,
    RmsProp,
}

/// <summary>An optimiser's numbers at a step, under Keras's names; those of other formulas are 0.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Rate">The learning rate; Adam's with the correction of its moments, which begin at 0: α √(1 - β2ᵗ) / (1 - β1ᵗ); Nadam's and
/// Adamax's too.</param>
internal readonly record struct UpdateSettings(UpdateFormula Formula, double Rate)
{
    /// <summary>The share of each weight that goes before the formula's step: weight decay times learning rate.</summary>
    internal double Decay { get; init; }

    /// <summary>What Nadam's own gradient of the step is multiplied by.</summary>
    internal double GradientRate { get; init; }

    /// <summary>What Nadam's second moment is multiplied by: 1 / (1 - β2ᵗ).</summary>
    internal double Correction { get; init; }

    internal double InitialAccumulatorValue { get; init; }

    internal double Beta1 { get; init; }

    internal double Beta2 { get; init; }

    internal double Epsilon { get; init; }

    internal double Momentum { get; init; }

    internal bool Nesterov { get; init; }

    internal double Rho { get; init; }

    internal bool Centered { get; init; }

    internal double? ClipValue { get; init; }

    internal double? ClipNorm { get; init; }

    internal double? GlobalClipNorm { get; init; }
}

/// <summary>
/// Keras's optimisers in one pass over the packed weights: moments m and v, velocity u, gradient g, rate α. Before it, penalties add to the
/// gradients, clipping bounds them, and weight decay shrinks the weights.
/// <code>
/// Adam:    m = β1 m + (1 - β1) g   v = β2 v + (1 - β2) g²   w -= α m / (√v + ε)
/// Nadam:   m and v as Adam's               w -= (α m + α' g) / (√(c v) + ε)
/// Adamax:  m as Adam's   u = max(β2 u, |g|) w -= α m / (u + ε)
/// Adagrad: v = v + g²                       w -= α g / √(v + v0 + ε)
/// Sgd:     u = µ u - α g           w += u, with Nesterov w += µ u - α g
/// RmsProp: v = ρ v + (1 - ρ) g²    centred also m = ρ m + (1 - ρ) g   u = µ u + α g / √(v - m² + ε)   w -= u
/// </code>
/// </summary>
internal sealed unsafe class FusedUpdate<V>
    where V : struct, ILanes<V>
{
    private const float RootOfVanishing = 1e-15f;

    // Numbers of one piece: small enough to share a middling model, large enough to be worth a turn.
    private const long PieceLength = 32 * 1024;

    private UpdateSettings _settings;
    private readonly WorkTeam _team;
    private readonly float* _weights;
    private readonly float* _gradients;
    private readonly long _numbers;
    private readonly WeightPart[] _parts;
    private readonly float[] _first, _second, _third;
    private readonly Action<int> _move;
    private V _rate;

    /// <param name="moments">How many numbers are remembered of each weight.</param>
    /// <param name="weights">The packed weights.</param>
    /// <param name="gradients">Their gradients; they are changed in place.</param>
    /// <param name="parts">What they are, one after the other.</param>
    /// <param name="numbers">How many numbers in all, whole vectors.</param>
    /// <param name="team">The threads.</param>
    internal FusedUpdate(int moments, float* weights, float* gradients, WeightPart[] parts, long numbers, WorkTeam team)
    {
        (_parts, _numbers, _team) = (parts, numbers, team);
        _weights = weights;
        _gradients = gradients;
        (_first, _second, _third) = (Moment(0), Moment(1), Moment(2));
        Moments = new[] { _first, _second, _third }[..moments];
        _move = MovePiece;

        float[] Moment(int place) => place < moments ? GC.AllocateArray<float>(checked((int)numbers), pinned: true) : [];
    }

    /// <summary>What is remembered of each number, packed like the weights; pinned.</summary>
    internal float[][] Moments { get; }

    /// <summary>How many steps were taken.</summary>
    internal long Steps { get; set; }

    /// <summary>The penalties on the weights, which are part of the loss.</summary>
    internal static double Penalty(float* weights, WeightPart[] parts)
    {
        var (sum, place) = (0.0, 0L);
        foreach (var part in parts)
        {
            if (part.Regularizer is { } regularizer)
            {
                var (absolute, square) = (0.0, 0.0);
                for (var k = place; k < place + part.Numbers; k++)
                {
                    absolute += Math.Abs((double)weights[k]);
                    square += (double)weights[k] * weights[k];
                }
                sum += (regularizer.L1Factor * absolute) + (regularizer.L2Factor * square);
            }
            place += part.Numbers;
        }
        return sum;
    }

    /// <summary>Moves the weights by their gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Step(in UpdateSettings settings)
    {
        Steps++;
        _settings = settings;
        AddPenalties();
        Clip();
        _rate = V.All((float)settings.Rate);
        _team.Run((int)((_numbers + PieceLength - 1) / PieceLength), _move);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MovePiece(int piece)
    {
        var start = piece * PieceLength;
        var end = Math.Min(_numbers, start + PieceLength);
        if (_settings.Decay > 0)
        {
            var decay = V.All((float)_settings.Decay);
            for (var k = start; k < end; k += V.Count)
            {
                var w = V.Load(_weights + k);
                (w - (decay * w)).Store(_weights + k);
            }
        }
        switch (_settings.Formula)
        {
            case UpdateFormula.Adam:
                MoveAdam(start, end);
                break;
            case UpdateFormula.Nadam:
                MoveNadam(start, end);
                break;
            case UpdateFormula.Adamax:
                MoveAdamax(start, end);
                break;
            case UpdateFormula.Adagrad:
                MoveAdagrad(start, end);
                break;
            case UpdateFormula.Sgd:
                MoveSgd(start, end);
                break;
            default:
                MoveRmsProp(start, end);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddPenalties()
    {
        var place = 0L;
        foreach (var part in _parts)
        {
            if (part.Regularizer is { } regularizer)
            {
                var (l1, l2) = (V.All((float)regularizer.L1Factor), V.All((float)(2 * regularizer.L2Factor)));
                for (var k = place; k < place + part.Numbers; k += V.Count)
                {
                    var w = V.Load(_weights + k);
                    var sign = V.WhereLess(w, V.Zero, V.All(-1), V.WhereLess(V.Zero, w, V.All(1), V.Zero));
                    V.MultiplyAdd(l1, sign, V.MultiplyAdd(l2, w, V.Load(_gradients + k))).Store(_gradients + k);
                }
            }
            place += part.Numbers;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Clip()
    {
        if (_settings.ClipValue is { } limit)
        {
            var (low, high) = (V.All((float)-limit), V.All((float)limit));
            for (var k = 0L; k < _numbers; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                g = V.WhereLess(g, low, low, g);
                V.WhereLess(high, g, high, g).Store(_gradients + k);
            }
        }
        else if (_settings.GlobalClipNorm is { } norm)
        {
            ScaleTo(norm, _gradients, _numbers);
        }
        else if (_settings.ClipNorm is { } each)
        {
            var place = _gradients;
            foreach (var part in _parts)
            {
                ScaleTo(each, place, part.Numbers);
                place += part.Numbers;
            }
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
            var scale = V.All((float)(norm / length));
            for (var k = 0L; k < numbers; k += V.Count)
            {
                (V.Load(gradients + k) * scale).Store(gradients + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveAdam(long start, long end)
    {
        var (beta1, rest1) = (V.All((float)_settings.Beta1), V.All((float)(1 - _settings.Beta1)));
        var (beta2, rest2) = (V.All((float)_settings.Beta2), V.All((float)(1 - _settings.Beta2)));
        var epsilon = V.All((float)_settings.Epsilon);
        fixed (float* firsts = _first, seconds = _second)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                var m = LaneMath<V>.Flushed((beta1 * V.Load(firsts + k)) + (rest1 * g));
                var v = Floored((beta2 * V.Load(seconds + k)) + (rest2 * Square(g)));
                m.Store(firsts + k);
                v.Store(seconds + k);
                (V.Load(_weights + k) - (_rate * m / (V.SquareRoot(v) + epsilon))).Store(_weights + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveNadam(long start, long end)
    {
        var (beta1, rest1) = (V.All((float)_settings.Beta1), V.All((float)(1 - _settings.Beta1)));
        var (beta2, rest2) = (V.All((float)_settings.Beta2), V.All((float)(1 - _settings.Beta2)));
        var (ofGradient, correction) = (V.All((float)_settings.GradientRate), V.All((float)_settings.Correction));
        var epsilon = V.All((float)_settings.Epsilon);
        fixed (float* firsts = _first, seconds = _second)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                var m = LaneMath<V>.Flushed((beta1 * V.Load(firsts + k)) + (rest1 * g));
                var v = Floored((beta2 * V.Load(seconds + k)) + (rest2 * Square(g)));
                m.Store(firsts + k);
                v.Store(seconds + k);
                var move = ((_rate * m) + (ofGradient * g)) / (V.SquareRoot(correction * v) + epsilon);
                (V.Load(_weights + k) - move).Store(_weights + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveAdamax(long start, long end)
    {
        var (beta1, rest1) = (V.All((float)_settings.Beta1), V.All((float)(1 - _settings.Beta1)));
        var (beta2, least, epsilon) = (V.All((float)_settings.Beta2), V.All(RootOfVanishing), V.All((float)_settings.Epsilon));
        fixed (float* firsts = _first, norms = _second)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                var m = LaneMath<V>.Flushed((beta1 * V.Load(firsts + k)) + (rest1 * g));
                var (kept, size) = (beta2 * V.Load(norms + k), V.Abs(g));
                var u = V.WhereLess(kept, size, size, kept);
                u = V.WhereLess(u, least, least, u);
                m.Store(firsts + k);
                u.Store(norms + k);
                (V.Load(_weights + k) - (_rate * m / (u + epsilon))).Store(_weights + k);
            }
        }
    }

    // What is remembered begins at 0 as elsewhere: the value that Keras begins with is added where it is used.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveAdagrad(long start, long end)
    {
        var added = V.All((float)(_settings.InitialAccumulatorValue + _settings.Epsilon));
        fixed (float* squares = _first)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                var v = Floored(V.Load(squares + k) + Square(g));
                v.Store(squares + k);
                (V.Load(_weights + k) - (_rate * g / V.SquareRoot(v + added))).Store(_weights + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveSgd(long start, long end)
    {
        if (_settings.Momentum == 0)
        {
            for (var k = start; k < end; k += V.Count)
            {
                (V.Load(_weights + k) - (_rate * V.Load(_gradients + k))).Store(_weights + k);
            }
            return;
        }
        var momentum = V.All((float)_settings.Momentum);
        fixed (float* velocity = _first)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var move = _rate * V.Load(_gradients + k);
                var v = LaneMath<V>.Flushed((momentum * V.Load(velocity + k)) - move);
                v.Store(velocity + k);
                (V.Load(_weights + k) + (_settings.Nesterov ? (momentum * v) - move : v)).Store(_weights + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveRmsProp(long start, long end)
    {
        var (rho, rest) = (V.All((float)_settings.Rho), V.All((float)(1 - _settings.Rho)));
        var (epsilon, momentum) = (V.All((float)_settings.Epsilon), V.All((float)_settings.Momentum));
        var (ofMeans, ofVelocity) = (_settings.Centered ? _second : null, _settings.Centered ? _third : _second);
        fixed (float* squares = _first, means = ofMeans, velocity = _settings.Momentum > 0 ? ofVelocity : null)
        {
            for (var k = start; k < end; k += V.Count)
            {
                var g = V.Load(_gradients + k);
                var v = Floored((rho * V.Load(squares + k)) + (rest * Square(g)));
                v.Store(squares + k);
                if (means is not null)
                {
                    var mean = LaneMath<V>.Flushed((rho * V.Load(means + k)) + (rest * g));
                    mean.Store(means + k);
                    v -= mean * mean;
                }
                var move = _rate * g / V.SquareRoot(v + epsilon);
                if (velocity is not null)
                {
                    move += momentum * V.Load(velocity + k);
                    move.Store(velocity + k);
                }
                (V.Load(_weights + k) - move).Store(_weights + k);
            }
        }
    }

    // Second moments stop above 0: a small first moment over a 0 would be infinite where epsilon is tiny. NaN stays NaN. What vanishes,
    // here and in Flushed and Square, does so in the optimisers' tensor formulas too: the engines agree.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Floored(V x) => V.WhereLess(x, V.All(LaneMath<V>.Vanishing), V.All(LaneMath<V>.Vanishing), x);

    // A square that the floor would swallow anyway is 0 rather than a number below the normal ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Square(V g)
    {
        var kept = V.WhereLess(V.Abs(g), V.All(RootOfVanishing), V.Zero, g);
        return kept * kept;
    }
}
