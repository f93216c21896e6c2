namespace EchoLstm.Tests.Training;

/// <summary>
/// The optimisers' two forms, tensor formulas and the fused engine's kernels: the same weights and the same memory from the same gradients.
/// </summary>
public class ParameterwiseUpdateTests
{
    private const int Steps = 6;
    private const double Rounding = 2e-5;

    // Around the fused kernels' vectors of 4, 8 and 16 values, whole and not.
    private static readonly int[] Lengths = [.. Enumerable.Range(1, 20), 31, 32, 33, 63, 64, 65, 70];

    // Far above what vanishes, around it, its square alone, all of it, and below float32's normal numbers.
    private static readonly float[] Vanishing =
        [1e-3f, -1e-8f, 3e-13f, -3e-14f, 5e-15f, -2e-16f, 1e-20f, -3e-28f, 4e-31f, -1e-36f, 1e-40f, 0];

    public static TheoryData<string> Optimizers => [.. Makers.Keys];

    // Rates are small against the weights, so that a step's rounding is not that of the weights.
    private static Dictionary<string, Func<Optimizer>> Makers => new()
    {
        ["adam"] = () => new Adam(0.01, 0.8, 0.95),
        ["adam without epsilon"] = () => new Adam(0.01, 0.8, 0.95, epsilon: 0),
        ["adamw"] = () => new AdamW(0.01, weightDecay: 0.1),
        ["nadam"] = () => new Nadam(0.01, 0.8, 0.95),
        ["adamax"] = () => new Adamax(0.01, 0.8, 0.95),
        ["adamax without epsilon"] = () => new Adamax(0.01, 0.8, 0.95, epsilon: 0),
        ["adagrad"] = () => new Adagrad(0.01),
        ["adagrad from 0"] = () => new Adagrad(0.01, initialAccumulatorValue: 0),
        ["scheduled"] = () => new Adam { LearningRateSchedule = new CosineDecay(0.001, 4, alpha: 0.1, warmupTarget: 0.01, warmupSteps: 2) },
        ["sgd"] = () => new Sgd(0.05),
        ["momentum"] = () => new Sgd(0.05, 0.9),
        ["nesterov"] = () => new Sgd(0.05, 0.9, nesterov: true),
        ["nesterov without momentum"] = () => new Sgd(0.05, 0, nesterov: true),
        ["rmsprop"] = () => new RmsProp(0.01, 0.8),
        ["rmsprop without epsilon"] = () => new RmsProp(0.01, 0.8, epsilon: 0),
        ["rmsprop with momentum"] = () => new RmsProp(0.01, 0.8, momentum: 0.7),
        ["rmsprop centred"] = () => new RmsProp(0.01, 0.8, centered: true),
        ["rmsprop centred with momentum"] = () => new RmsProp(0.01, 0.8, momentum: 0.7, centered: true),
        ["clipped"] = () => new Adam(0.01) { ClipValue = 0.1 },
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Both_engines_move_weights_alike_at_every_length(string name)
    {
        foreach (var length in Lengths)
        {
            BothAgree(name, step => Numbers.Uniform(100 + step, [length]).Values().Select(value => (float)value).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Both_engines_do_the_same_with_gradients_that_vanish(string name)
    {
        BothAgree(name, _ => Vanishing);
        // Moments of gradients that were small once vanish on the way.
        BothAgree(name, step => step == 0 ? Vanishing : new float[Vanishing.Length], steps: 150);
    }

    [Fact]
    public void What_has_vanished_is_0_in_first_moments_and_stops_above_0_in_second_ones()
    {
        foreach (var engine in new[] { EngineKind.Torch, EngineKind.Fused })
        {
            var (_, moments) = Trained(new Adam(), engine, _ => [1e-40f, 0, 1e-20f], 1);

            moments[0].Should().Equal(0, 0, moments[0][2]);
            moments[0][2].Should().BeApproximately(1e-21, 1e-27);
            moments[1].Should().AllSatisfy(value => value.Should().BeApproximately(1e-30, 1e-36));
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_parameter_that_is_not_dense_moves_too(string name)
    {
        using var scope = NewDisposeScope();
        var initial = Numbers.Uniform(3, [5, 7]);
        var dense = nn.Parameter(initial.clone());
        var transposed = nn.Parameter(initial.t().contiguous().t());
        transposed.is_contiguous().Should().BeFalse();

        foreach (var parameter in new[] { dense, transposed })
        {
            using var update = Makers[name]().Begin(new TrainedWeights([parameter], [], ["parameter"]));
            for (var step = 0; step < Steps; step++)
            {
                parameter.grad = Numbers.Uniform(100 + step, [5, 7]);
                using var withoutGradients = no_grad();
                update.Step();
            }
        }

        transposed.ShouldMatchTensor(dense, Tolerance.Float32, name);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_parameter_without_gradient_stays(string name)
    {
        using var scope = NewDisposeScope();
        var (moved, still) = (nn.Parameter(ones(3)), nn.Parameter(ones(3)));
        using var update = Makers[name]().Begin(new TrainedWeights([still, moved], [], ["still", "moved"]));
        moved.grad = ones(3);
        using (no_grad())
        {
            update.Step();
        }

        still.Values().Should().Equal(1, 1, 1);
        moved.Values().Should().NotContain(1);
    }

    private static void BothAgree(string name, Func<int, float[]> gradientAt, int steps = Steps)
    {
        var (torch, remembered) = Trained(Makers[name](), EngineKind.Torch, gradientAt, steps);
        var (fused, packed) = Trained(Makers[name](), EngineKind.Fused, gradientAt, steps);

        Alike(fused, torch, $"{name}'s weights");
        for (var i = 0; i < remembered.Length; i++)
        {
            Alike(packed[i], remembered[i], $"{name}'s memory {i}");
        }
    }

    // By the ratio alone: what is remembered of small gradients is small.
    private static void Alike(double[] fused, double[] torch, string what)
    {
        for (var i = 0; i < torch.Length; i++)
        {
            Math.Abs(fused[i] - torch[i]).Should().BeLessThanOrEqualTo(Rounding * Math.Abs(torch[i]), "{0}, value {1}: {2} and "
                + "{3}", what, i, fused[i], torch[i]);
        }
    }

    /// <summary>
    /// The weights, and what is remembered of them. Far below its output, the absolute error's target makes the input the gradient.
    /// </summary>
    private static (double[] Weights, double[][] Remembered) Trained(
        Optimizer optimizer, EngineKind engine, Func<int, float[]> gradientAt, int steps)
    {
        using var scope = NewDisposeScope();
        var length = gradientAt(0).Length;
        using var model = new SequentialModel(new Dense(1, useBias: false)) { Seed = 1, RequestedEngine = engine };
        model.Build(length);
        model.SetWeights([Numbers.Shaped(Enumerable.Range(0, length).Select(i => 1 + (i / 64f)).ToArray(), length, 1)]);
        model.Compile(Loss.MeanAbsoluteError(), optimizer);
        for (var step = 0; step < steps; step++)
        {
            model.TrainOnBatch(tensor(gradientAt(step)).reshape(1, length), full(1, 1, -1000));
        }
        using var progress = model.ExportProgress()!;
        progress.Steps.Should().Be(steps);
        return (model.GetWeights().Values(), [.. progress.Moments.Single().Value.Select(moment => moment.Values())]);
    }
}
