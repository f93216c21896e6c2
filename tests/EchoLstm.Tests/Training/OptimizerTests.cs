namespace EchoLstm.Tests.Training;

/// <summary>Each optimiser against a loop over single numbers in double precision, written from Keras's formulas.</summary>
public class OptimizerTests
{
    private static readonly double[] Initial = [0.5, -1.25, 2];

    // The second are so small that the place of epsilon shows: the step would be several times as large with Torch's.
    public static TheoryData<double> Scales => [1, 1e-6];

    [Theory]
    [MemberData(nameof(Scales))]
    public void Adam_adds_epsilon_before_the_correction_as_Keras_does(double scale)
    {
        const double Rate = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-7;
        var (w, m, v) = (Initial.ToArray(), new double[3], new double[3]);
        var gradients = Gradients(scale);
        for (var t = 1; t <= gradients.Length; t++)
        {
            for (var i = 0; i < 3; i++)
            {
                var g = gradients[t - 1][i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                w[i] -= Rate * Math.Sqrt(1 - Math.Pow(Beta2, t)) / (1 - Math.Pow(Beta1, t)) * m[i] / (Math.Sqrt(v[i]) + Epsilon);
            }
        }

        GivenGradients.After(new Adam(Rate, Beta1, Beta2, Epsilon), Initial, gradients).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void AdamW_shrinks_every_weight_before_Adams_step(double scale)
    {
        const double Rate = 0.01, Decay = 0.2, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-7;
        var (w, m, v) = (Initial.ToArray(), new double[3], new double[3]);
        var gradients = Gradients(scale);
        for (var t = 1; t <= gradients.Length; t++)
        {
            for (var i = 0; i < 3; i++)
            {
                var g = gradients[t - 1][i];
                w[i] -= Rate * Decay * w[i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                w[i] -= Rate * Math.Sqrt(1 - Math.Pow(Beta2, t)) / (1 - Math.Pow(Beta1, t)) * m[i] / (Math.Sqrt(v[i]) + Epsilon);
            }
        }

        GivenGradients.After(new AdamW(Rate, Decay, Beta1, Beta2, Epsilon), Initial, gradients).ShouldMatch(w, Tolerance.Float64, "the weights");
        GivenGradients.After(new AdamW(Rate, 0, Beta1, Beta2, Epsilon), Initial, gradients)
            .Should().Equal(GivenGradients.After(new Adam(Rate, Beta1, Beta2, Epsilon), Initial, gradients), "without decay it is Adam");
    }

    // Dozat 2016 with the momentum's schedule of Sutskever et al., as Keras writes it: the product of all momenta so far is kept.
    [Theory]
    [MemberData(nameof(Scales))]
    public void Nadam_looks_ahead_by_the_momentum_of_the_next_step(double scale)
    {
        const double Rate = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-7;
        var (w, m, v, product) = (Initial.ToArray(), new double[3], new double[3], 1.0);
        var gradients = Gradients(scale);
        for (var t = 1; t <= gradients.Length; t++)
        {
            var now = Beta1 * (1 - (0.5 * Math.Pow(0.96, t)));
            var next = Beta1 * (1 - (0.5 * Math.Pow(0.96, t + 1)));
            product *= now;
            for (var i = 0; i < 3; i++)
            {
                var g = gradients[t - 1][i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                var ahead = (next * m[i] / (1 - (product * next))) + ((1 - now) * g / (1 - product));
                w[i] -= Rate * ahead / (Math.Sqrt(v[i] / (1 - Math.Pow(Beta2, t))) + Epsilon);
            }
        }

        GivenGradients.After(new Nadam(Rate, Beta1, Beta2, Epsilon), Initial, gradients).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Fact]
    public void Nadams_product_of_momenta_is_that_of_all_steps_however_many()
    {
        var product = 1.0;
        foreach (var (step, beta1) in Enumerable.Range(1, 3000).Select(step => (step, 0.99)))
        {
            product *= beta1 * (1 - (0.5 * Math.Pow(0.96, step)));
            var next = beta1 * (1 - (0.5 * Math.Pow(0.96, step + 1)));
            new Nadam(beta1: beta1).FusedAt(step).Rate.Should().BeApproximately(0.001 * next / (1 - (product * next)), 1e-15, "of step {0}", step);
        }
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Adamax_divides_by_the_largest_gradient_that_is_not_forgotten(double scale)
    {
        const double Rate = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-7;
        var (w, m, u) = (Initial.ToArray(), new double[3], new double[3]);
        var gradients = Gradients(scale);
        for (var t = 1; t <= gradients.Length; t++)
        {
            for (var i = 0; i < 3; i++)
            {
                var g = gradients[t - 1][i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                u[i] = Math.Max(Beta2 * u[i], Math.Abs(g));
                w[i] -= Rate * m[i] / ((1 - Math.Pow(Beta1, t)) * (u[i] + Epsilon));
            }
        }

        GivenGradients.After(new Adamax(Rate, Beta1, Beta2, Epsilon), Initial, gradients).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(1e-4, 0.1)]
    [InlineData(1e-4, 0)]
    public void Adagrad_divides_by_the_root_of_all_squares_so_far(double scale, double initial)
    {
        const double Rate = 0.01, Epsilon = 1e-7;
        var (w, sum) = (Initial.ToArray(), new[] { initial, initial, initial });
        foreach (var gradient in Gradients(scale))
        {
            for (var i = 0; i < 3; i++)
            {
                sum[i] += gradient[i] * gradient[i];
                w[i] -= Rate * gradient[i] / Math.Sqrt(sum[i] + Epsilon);
            }
        }

        GivenGradients.After(new Adagrad(Rate, initial, Epsilon), Initial, Gradients(scale)).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Auto)]
    public void Weight_decay_leaves_frozen_layers_alone(EngineKind engine)
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        using var x = Numbers.Uniform(1, [4, 3, 1]);
        using var y = Numbers.Uniform(2, [4, 1]);
        model.Build(3, 1);
        model.Layers[0].Trainable = false;
        model.Compile(Loss.MeanSquaredError(), new AdamW(weightDecay: 0.5));
        var (frozen, free) = (model.Layers[0].GetWeights().Values(), model.Layers[1].GetWeights().Values());

        model.Fit(x, y, epochs: 3, verbose: 0);

        model.Layers[0].GetWeights().Values().Should().Equal(frozen);
        model.Layers[1].GetWeights().Values().Should().NotEqual(free);
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Torchs_Adam_adds_epsilon_after_the_correction(double scale)
    {
        const double Rate = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-7;
        var (w, m, v) = (Initial.ToArray(), new double[3], new double[3]);
        var gradients = Gradients(scale);
        for (var t = 1; t <= gradients.Length; t++)
        {
            for (var i = 0; i < 3; i++)
            {
                var g = gradients[t - 1][i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                w[i] -= Rate * (m[i] / (1 - Math.Pow(Beta1, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(Beta2, t))) + Epsilon);
            }
        }

        var optimizer = new TorchOptimizer(parameters => optim.Adam(parameters, Rate, Beta1, Beta2, Epsilon));
        GivenGradients.After(optimizer, Initial, gradients).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void Sgd_moves_against_the_gradient_with_momentum(double momentum, bool nesterov)
    {
        const double Rate = 0.05;
        var (w, v) = (Initial.ToArray(), new double[3]);
        foreach (var gradient in Gradients(1))
        {
            for (var i = 0; i < 3; i++)
            {
                v[i] = (momentum * v[i]) - (Rate * gradient[i]);
                w[i] += nesterov ? (momentum * v[i]) - (Rate * gradient[i]) : v[i];
            }
        }

        GivenGradients.After(new Sgd(Rate, momentum, nesterov), Initial, Gradients(1)).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(0, false, 1e-4)]
    [InlineData(0.7, false, 1)]
    [InlineData(0, true, 1)]
    [InlineData(0.7, true, 1e-4)]
    public void RmsProp_divides_by_the_root_of_the_mean_square(double momentum, bool centered, double scale)
    {
        const double Rate = 0.01, Rho = 0.8, Epsilon = 1e-7;
        var (w, square, mean, velocity) = (Initial.ToArray(), new double[3], new double[3], new double[3]);
        foreach (var gradient in Gradients(scale))
        {
            for (var i = 0; i < 3; i++)
            {
                var g = gradient[i];
                square[i] = (Rho * square[i]) + ((1 - Rho) * g * g);
                mean[i] = (Rho * mean[i]) + ((1 - Rho) * g);
                var denominator = square[i] - (centered ? mean[i] * mean[i] : 0) + Epsilon;
                velocity[i] = (momentum * velocity[i]) + (Rate * g / Math.Sqrt(denominator));
                w[i] -= velocity[i];
            }
        }

        GivenGradients.After(new RmsProp(Rate, Rho, momentum, Epsilon, centered), Initial, Gradients(scale)).ShouldMatch(w, Tolerance.Float64, "the weights");
    }

    [Fact]
    public void Their_defaults_are_Kerass()
    {
        var adam = new Adam();
        (adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon).Should().Be((0.001, 0.9, 0.999, 1e-7));
        var sgd = new Sgd();
        (sgd.LearningRate, sgd.Momentum, sgd.Nesterov).Should().Be((0.01, 0, false));
        var rms = new RmsProp();
        (rms.LearningRate, rms.Rho, rms.Momentum, rms.Epsilon, rms.Centered).Should().Be((0.001, 0.9, 0, 1e-7, false));
        new[] { adam.Name, sgd.Name, rms.Name }.Should().Equal("adam", "sgd", "rmsprop");
        var adamW = new AdamW();
        (adamW.Name, adamW.LearningRate, adamW.WeightDecay, adamW.Beta1, adamW.Beta2, adamW.Epsilon).Should().Be(("adamw", 0.001, 0.004, 0.9, 0.999, 1e-7));
        var nadam = new Nadam();
        (nadam.Name, nadam.LearningRate, nadam.Beta1, nadam.Beta2, nadam.Epsilon).Should().Be(("nadam", 0.001, 0.9, 0.999, 1e-7));
        var adamax = new Adamax();
        (adamax.Name, adamax.LearningRate, adamax.Beta1, adamax.Beta2, adamax.Epsilon).Should().Be(("adamax", 0.001, 0.9, 0.999, 1e-7));
        var adagrad = new Adagrad();
        (adagrad.Name, adagrad.LearningRate, adagrad.InitialAccumulatorValue, adagrad.Epsilon).Should().Be(("adagrad", 0.001, 0.1, 1e-7));
    }

    [Fact]
    public void ClipValue_clips_each_number()
    {
        var clipped = GivenGradients.After(new Sgd(1) { ClipValue = 0.5 }, [0, 0, 0], [[0.3, -2, 7]]);

        clipped.ShouldMatch([-0.3, 0.5, -0.5], Tolerance.Float64);
    }

    [Fact]
    public void ClipNorm_scales_the_gradient_of_each_weight_by_itself()
    {
        // The gradient of a is (3, -4), 5 long; that of b is 0.5, short enough.
        GivenGradients.After(new Sgd(1) { ClipNorm = 1 }, [0, 0, 0], [[3, -4, 0.5]]).ShouldMatch([-0.6, 0.8, -0.5], Tolerance.Float64);
    }

    [Fact]
    public void GlobalClipNorm_scales_all_gradients_together()
    {
        // All together are sqrt(9 + 16 + 144) = 13 long.
        GivenGradients.After(new Sgd(1) { GlobalClipNorm = 6.5 }, [0, 0, 0], [[3, -4, 12]]).ShouldMatch([-1.5, 2, -6], Tolerance.Float64);
        GivenGradients.After(new Sgd(1) { GlobalClipNorm = 14 }, [0, 0, 0], [[3, -4, 12]]).ShouldMatch([-3, 4, -12], Tolerance.Float64);
    }

    [Fact]
    public void Clipping_leaves_a_gradient_of_zero_alone()
    {
        foreach (var optimizer in new[] { new Sgd(1) { ClipNorm = 1 }, new Sgd(1) { GlobalClipNorm = 1 }, new Sgd(1) { ClipValue = 1 } })
        {
            GivenGradients.After(optimizer, Initial, [[0, 0, 0]]).Should().Equal(Initial);
        }
    }

    [Fact]
    public void Torchs_optimisers_clip_too() =>
        GivenGradients.After(new TorchOptimizer(parameters => optim.SGD(parameters, 1)) { ClipNorm = 1 }, [0, 0, 0], [[3, -4, 0.5]])
            .ShouldMatch([-0.6, 0.8, -0.5], Tolerance.Float64);

    [Fact]
    public void The_learning_rate_may_change_between_steps()
    {
        foreach (var optimizer in new Optimizer[] { new Sgd(1), new TorchOptimizer(parameters => optim.SGD(parameters, 1)) })
        {
            using var model = new GivenGradients(optimizer, [0, 0, 0]);
            model.Step([1, 1, 1]);
            optimizer.LearningRate = 0.25;
            model.Step([1, 1, 1]);

            model.Values.ShouldMatch([-1.25, -1.25, -1.25], Tolerance.Float64, optimizer.Name);
        }
    }

    [Fact]
    public void A_rate_that_was_set_before_the_first_step_is_the_one_that_Torchs_optimiser_has()
    {
        var optimizer = new TorchOptimizer(parameters => optim.SGD(parameters, 1)) { LearningRate = 0.25 };

        GivenGradients.After(optimizer, [0, 0, 0], [[1, 1, 1]]).ShouldMatch([-0.25, -0.25, -0.25], Tolerance.Float64);
        optimizer.LearningRate.Should().Be(0.25);
    }

    [Fact]
    public void What_it_has_learned_belongs_to_the_model_and_ends_with_Compile()
    {
        var optimizer = new Sgd(1, momentum: 0.5);
        using var first = new GivenGradients(optimizer, [0, 0, 0]);
        using var second = new GivenGradients(optimizer, [0, 0, 0]);
        first.Step([1, 1, 1]);

        second.Step([1, 1, 1]);
        second.Values.Should().Equal(-1, -1, -1);

        first.Model.Compile((target, output) => output, optimizer);
        first.Step([1, 1, 1]);
        first.Values.Should().Equal(-2, -2, -2);
    }

    [Fact]
    public void Moments_live_on_from_fit_to_fit()
    {
        using var model = new GivenGradients(new Sgd(1, momentum: 0.5), [0, 0, 0]);
        double[,] x = { { 1, 1, 1 } };

        model.Model.Fit(x, new double[1, 1], verbose: 0);
        model.Model.Fit(x, new double[1, 1], verbose: 0);

        model.Values.Should().Equal(-2.5, -2.5, -2.5);
    }

    [Fact]
    public void A_frozen_layer_keeps_its_bits_and_thawed_it_trains()
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1 };
        using var x = Numbers.Uniform(1, [4, 3, 1]);
        using var y = Numbers.Uniform(2, [4, 1]);
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Layers[0].Trainable = false;
        var (frozen, free) = (model.Layers[0].GetWeights().Values(), model.Layers[1].GetWeights().Values());

        model.Fit(x, y, epochs: 3, verbose: 0);

        model.Layers[0].GetWeights().Values().Should().Equal(frozen);
        model.Layers[1].GetWeights().Values().Should().NotEqual(free);
        model.Layers[0].Trainable = true;
        model.Fit(x, y, epochs: 1, verbose: 0);
        model.Layers[0].GetWeights().Values().Should().NotEqual(frozen);
    }

    [Fact]
    public void A_model_without_trainable_weights_is_measured_only()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        using var x = Numbers.Uniform(1, [4, 2]);
        using var y = Numbers.Uniform(2, [4, 1]);
        model.Build(2);
        model.Trainable = false;
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var weights = model.GetWeights().Values();

        var history = model.Fit(x, y, epochs: 2, verbose: 0, shuffle: false);

        history.Loss[1].Should().Be(history.Loss[0]);
        model.GetWeights().Values().Should().Equal(weights);
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        static string Fraction(string name, string value) => $"{name} must be at least 0 and below 1. (Parameter '{name}'){Environment.NewLine}Actual value was {value}.";
        static string Finite(string name, string value) => $"{name} must be a finite number of at least 0. (Parameter '{name}'){Environment.NewLine}Actual value was {value}.";
        static string Positive(string name, string value) => $"{name} must be a finite number above 0, or null for no limit. (Parameter '{name}'){Environment.NewLine}Actual value was {value}.";

        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adam(learningRate: -1), Finite("LearningRate", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adam(learningRate: double.NaN), Finite("LearningRate", "NaN"));
        Errors.Expect<ArgumentOutOfRangeException>(() => new Sgd().LearningRate = double.PositiveInfinity, Finite("LearningRate", "Infinity"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adam(beta1: 1), Fraction("beta1", "1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adam(beta2: -1), Fraction("beta2", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adam(epsilon: -1), Finite("epsilon", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Sgd(momentum: 1), Fraction("momentum", "1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new RmsProp(rho: 2), Fraction("rho", "2"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new RmsProp(momentum: -1), Fraction("momentum", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new RmsProp(epsilon: -1), Finite("epsilon", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new AdamW(weightDecay: -1), Finite("weightDecay", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Nadam(beta1: 1), Fraction("beta1", "1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adamax(beta2: 1), Fraction("beta2", "1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Adagrad(initialAccumulatorValue: -1), Finite("initialAccumulatorValue", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Sgd { ClipNorm = 0 }, Positive("ClipNorm", "0"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Sgd { GlobalClipNorm = -1 }, Positive("GlobalClipNorm", "-1"));
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Sgd { ClipValue = double.NaN }, Positive("ClipValue", "NaN"));
    }

    [Fact]
    public void Clipping_in_two_ways_is_refused()
    {
        using var model = new SequentialModel(new Dense(1));

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Compile(Loss.MeanSquaredError(), new Adam { ClipNorm = 1, ClipValue = 1 }),
            "adam: only one of ClipNorm, GlobalClipNorm and ClipValue can be set. Keep the one that is meant.");
    }

    private static double[][] Gradients(double scale) =>
    [
        [scale * 0.3, scale * -1.2, scale * 0.01],
        [scale * -0.7, scale * 0.4, scale * 0.02],
        [scale * 0.1, scale * -0.9, scale * -0.5],
        [0, scale * 2, scale * 0.03],
        [scale * 0.2, scale * 0.2, scale * 0.2],
        [scale * -1.5, scale * 0.05, scale * -0.01],
    ];
}
