using System.Runtime.InteropServices;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>An Lstm in a user's own TorchSharp code: the fused kernels give what Torch's own operations give, in every use of a graph.</summary>
public sealed class EagerLstmTests
{
    private static readonly Tolerance Close = new(2e-6, 5e-5);

    // Two hundred steps of Adam divide by gradients' sizes, which enlarges the difference of roundings.
    private static readonly Tolerance AfterTraining = new(1e-4, 1e-3);

    // Second derivatives are made from first ones, whose roundings are those of the line above.
    private static readonly Tolerance OfSecondOrder = new(1e-4, 1e-3);

    private static Dictionary<string, (Func<Lstm> Make, int Samples, int Steps, int Features)> Kinds => new()
    {
        ["plain"] = (() => new Lstm(5) { Seed = 1 }, 3, 4, 2),
        ["sequences"] = (() => new Lstm(5, returnSequences: true) { Seed = 1 }, 3, 4, 2),
        ["no bias"] = (() => new Lstm(5, returnSequences: true, useBias: false) { Seed = 1 }, 3, 4, 2),
        ["backwards"] = (() => new Lstm(5, returnSequences: true, goBackwards: true) { Seed = 1 }, 3, 4, 2),
        ["backwards, last"] = (() => new Lstm(5, goBackwards: true) { Seed = 1 }, 3, 4, 2),
        ["dropout"] = (() => new Lstm(6, returnSequences: true, dropout: 0.4) { Seed = 1 }, 3, 4, 5),
        ["other activations"] = (() => new Lstm(5, returnSequences: true, activation: Activation.Relu, recurrentActivation: Activation.HardSigmoid) { Seed = 1 }, 3, 4, 2),
        ["one of each"] = (() => new Lstm(1) { Seed = 1 }, 1, 1, 1),
        ["a vector of 8"] = (() => new Lstm(8, returnSequences: true) { Seed = 1 }, 5, 3, 9),
        ["beyond a panel"] = (() => new Lstm(49, returnSequences: true) { Seed = 1 }, 9, 5, 33),
        ["stateful"] = (() => new Lstm(5, stateful: true) { Seed = 1 }, 3, 4, 2),
    };

    public static TheoryData<string, bool> KindsAndStates
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var name in Kinds.Keys)
            {
                cases.Add(name, false);
                cases.Add(name, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndStates))]
    public void Outputs_states_and_every_gradient_are_torchs(string kind, bool withState)
    {
        var (make, samples, steps, features) = Kinds[kind];
        using var twins = new Twins(make, features);
        for (var round = 0; round < 3; round++)
        {
            twins.ShouldAgree(lstm => Everything(lstm, samples, steps, features, withState, round), $"{kind}, round {round}");
        }
    }

    [Fact]
    public void Batches_of_other_shapes_one_after_the_other_do_not_disturb_each_other()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true) { Seed = 1 }, 2);
        foreach (var (samples, steps) in new[] { (3, 4), (1, 9), (8, 1), (3, 4), (20, 30), (1, 1) })
        {
            twins.ShouldAgree(lstm => Everything(lstm, samples, steps, 2, withState: true, samples), $"{samples} samples of {steps}");
        }
    }

    [Fact]
    public void Without_gradients_the_outputs_are_the_same_and_carry_none()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true) { Seed = 1 }, 2);
        using var x = Numbers.Uniform(1, [3, 4, 2]);
        twins.ShouldAgree(
            lstm =>
            {
                using var recorded = lstm.call(x);
                using var withoutGradients = no_grad();
                using var output = lstm.call(x);
                output.requires_grad.Should().BeFalse();
                recorded.requires_grad.Should().BeTrue();
                if (ReferenceEquals(lstm, twins.Fused))
                {
                    output.Values().Should().Equal(recorded.Values(), "the kernels are the same; Torch's differ in the last bit on some processors");
                }
                return [("the output", output.Values()), ("the recorded output", recorded.Values())];
            },
            "no_grad");
    }

    [Fact]
    public void Frozen_weights_get_no_gradient_and_pass_it_on()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true) { Seed = 1 }, 2);
        twins.Each(lstm => lstm.Trainable = false);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
                using var loss = lstm.call(x).square().sum();
                loss.backward();
                lstm.parameters().Should().OnlyContain(parameter => Equals(parameter.grad, null));
                return [("the input's gradient", x.grad!.Values())];
            },
            "frozen");
        using var plain = Numbers.Uniform(1, [3, 4, 2]);
        twins.Fused.call(plain).requires_grad.Should().BeFalse("nothing needs a gradient");
    }

    [Fact]
    public void One_frozen_parameter_stays_without_gradient()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        twins.ShouldAgree(
            lstm =>
            {
                var (frozen, free) = (lstm.parameters().First(), lstm.parameters().Last());
                frozen.requires_grad = false;
                using var x = Numbers.Uniform(1, [3, 4, 2]);
                using var loss = lstm.call(x).square().sum();
                loss.backward();
                frozen.grad.Should().BeNull();
                return [("the other's gradient", free.grad!.Values())];
            },
            "one frozen");
    }

    [Fact]
    public void A_graph_that_is_kept_gives_its_gradients_again()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true, dropout: 0.3) { Seed = 1 }, 2);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
                using var h = Numbers.Uniform(2, [3, 5]).requires_grad_();
                using var c = Numbers.Uniform(3, [3, 5]).requires_grad_();
                var (output, state) = lstm.CallWithState(x, new LstmState(h, c));
                using var loss = output.square().sum() + state.Cell.sum();
                loss.backward(retain_graph: true);
                var once = Gradients(lstm, x, h, c);
                using var other = lstm.call(x); // takes the session that the first backward pass gave back
                loss.backward(retain_graph: true);
                var twice = Gradients(lstm, x, h, c);
                twice.Select(pair => pair.Values).Zip(once, (sum, one) => sum.Zip(one.Values, (a, b) => Math.Abs(a - (2 * b))).Max()).Max().Should().BeLessThan(1e-5);
                return twice;
            },
            "two backward passes");
    }

    [Fact]
    public void A_graph_of_floats_has_no_backward_pass_after_the_module_has_moved_to_doubles_as_with_torch()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
                using var loss = lstm.call(x).square().sum();
                loss.backward(retain_graph: true);
                x.grad = null;
                lstm.to(ScalarType.Float64);
                using var wide = Numbers.Uniform(1, [3, 4, 2], dtype: ScalarType.Float64);
                using var ofDoubles = lstm.call(wide);
                ofDoubles.dtype.Should().Be(ScalarType.Float64);
                FluentActions.Invoking(() => loss.backward()).Should().Throw<ExternalException>();
                x.grad.Should().BeNull();
                lstm.to(ScalarType.Float32);
                using var again = lstm.call(x);
                return [("the doubles", ofDoubles.Values()), ("floats again", again.Values())];
            },
            "moved to double and back");
    }

    [Fact]
    public void A_backward_pass_after_its_layer_is_disposed_is_an_error_that_the_caller_gets()
    {
        var lstm = new Lstm(5) { Seed = 1 };
        lstm.Build(new Shape(null, null, 2));
        using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
        using var loss = lstm.call(x).square().sum();
        lstm.Dispose();

        FluentActions.Invoking(() => loss.backward()).Should().Throw<ExternalException>();
        x.grad.Should().BeNull();
    }

    [Fact]
    public void Calls_before_each_others_backward_passes_keep_apart()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true) { Seed = 1 }, 2);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
                using var y = Numbers.Uniform(2, [3, 4, 2]).requires_grad_();
                using var first = lstm.call(x);
                using var second = lstm.call(y);
                using var third = lstm.call(x);
                first.square().sum().backward();
                second.pow(3).sum().backward();
                third.sum().backward();
                return Gradients(lstm, x, y);
            },
            "three graphs at once");
    }

    [Fact]
    public void A_layer_that_is_called_on_its_own_output_has_the_gradients_of_both_calls()
    {
        using var twins = new Twins(() => new Lstm(3, returnSequences: true) { Seed = 1 }, 3);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [2, 4, 3]).requires_grad_();
                using var loss = lstm.call(lstm.call(x)).square().sum();
                loss.backward();
                return Gradients(lstm, x);
            },
            "twice in one graph");
    }

    [Fact]
    public void Input_that_does_not_lie_dense_is_read_as_torch_reads_it()
    {
        using var twins = new Twins(() => new Lstm(5, returnSequences: true) { Seed = 1 }, 2);
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [2, 7, 3]).requires_grad_();
                using var turned = x.transpose(0, 2).narrow(1, 2, 4); // (3, 4, 2) with odd strides
                using var output = lstm.call(turned);
                using var loss = (output.transpose(0, 1) * Numbers.Uniform(2, [4, 3, 5])).sum();
                loss.backward();
                return [("the output", output.Values()), .. Gradients(lstm, x)];
            },
            "a view");
    }

    [Fact]
    public void Weights_that_change_between_forward_and_backward_are_an_error_as_with_torch()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        twins.Each(lstm =>
        {
            using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
            using var loss = lstm.call(x).sum();
            using (no_grad())
            {
                lstm.parameters().First().mul_(2);
            }
            FluentActions.Invoking(() => loss.backward()).Should().Throw<Exception>().Which.GetBaseException().Message.Should().Contain("modified by an inplace operation");
        });
        twins.ShouldAgree(lstm => Everything(lstm, 3, 4, 2, withState: false, 1), "after the error, with the weights as they are now");
    }

    [Fact]
    public void Weights_that_change_between_calls_are_those_of_the_next_call()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        twins.ShouldAgree(lstm => Everything(lstm, 3, 4, 2, withState: false, 1), "before");
        twins.Each(lstm =>
        {
            using var withoutGradients = no_grad();
            lstm.parameters().Last().add_(0.25);
        });
        twins.ShouldAgree(lstm => Everything(lstm, 3, 4, 2, withState: false, 1), "after");
    }

    [Theory]
    [MemberData(nameof(KindsAndStates))]
    public void Gradients_of_gradients_are_torchs(string kind, bool withState)
    {
        var (make, samples, steps, features) = Kinds[kind];
        using var twins = new Twins(make, features);
        twins.ShouldAgree(
            lstm =>
            {
                using var scope = NewDisposeScope();
                var x = Numbers.Uniform(1, [samples, steps, features]).requires_grad_();
                var (h, c) = (Numbers.Uniform(2, [samples, lstm.Units]).requires_grad_(), Numbers.Uniform(3, [samples, lstm.Units]).requires_grad_());
                lstm.ResetStates();
                if (ReferenceEquals(lstm, twins.Torchs))
                {
                    // Torch's one operation for all steps has no gradients of gradients; with a mask the layer runs step by step.
                    StepMasks.Attach(x, ones(samples, steps, dtype: ScalarType.Bool));
                }
                var (output, state) = lstm.CallWithState(x, withState ? new LstmState(h, c) : null);
                var leaves = new[] { x }.Concat(lstm.parameters()).Concat(withState ? [h, c] : []).ToArray();
                var slopes = autograd.grad([output.square().sum() + state.Cell.pow(3).sum()], leaves, retain_graph: true, create_graph: true);
                var steepness = slopes.Select(slope => slope.square().sum()).Aggregate((sum, next) => sum + next);
                steepness.backward();
                return [.. slopes.Select((slope, i) => ($"gradient {i}", slope.Values())), .. Gradients(lstm, withState ? [x, h, c] : [x])];
            },
            $"{kind}, twice",
            OfSecondOrder);
    }

    [Fact]
    public void Gradients_of_gradients_are_the_slope_of_the_fused_gradients()
    {
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        lstm.Build(new Shape(null, null, 2));
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
        var direction = Numbers.Uniform(2, [3, 4, 2]);
        var slope = autograd.grad([lstm.call(x).square().sum()], [x], create_graph: true)[0];
        var found = (autograd.grad([slope.square().sum()], [x])[0] * direction).sum().ToDouble();

        const double step = 0.005;
        ((SquaredSlope(step) - SquaredSlope(-step)) / (2 * step)).Should().BeApproximately(found, 1e-3 * Math.Abs(found));

        double SquaredSlope(double along)
        {
            var moved = (x + (direction * along)).detach().requires_grad_();
            return autograd.grad([lstm.call(moved).square().sum()], [moved])[0].square().sum().ToDouble();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_call_has_read_must_not_change_before_its_backward_pass(int place)
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        Tensor[] read = [Numbers.Uniform(1, [3, 4, 2]), Numbers.Uniform(2, [3, 5]), Numbers.Uniform(3, [3, 5])];
        using var loss = twins.Fused.CallWithState(read[0], new LstmState(read[1], read[2])).Output.sum();
        read[place].add_(1);
        FluentActions.Invoking(() => loss.backward()).Should().Throw<ExternalException>().WithMessage("*modified by an inplace operation*");
        twins.ShouldAgree(lstm => Everything(lstm, 3, 4, 2, withState: true, 1), "after the error");
    }

    [Fact]
    public void A_kept_graph_whose_weights_have_changed_is_refused()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        twins.Each(lstm =>
        {
            using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
            using var loss = lstm.call(x).sum();
            loss.backward(retain_graph: true);
            x.grad = null;
            lstm.SetWeights(lstm.GetWeights());
            FluentActions.Invoking(() => loss.backward()).Should().Throw<ExternalException>();
            x.grad.Should().BeNull();
        });
    }

    [Fact]
    public void Hooks_on_the_layer_are_called_and_their_output_counts()
    {
        using var twins = new Twins(() => new Lstm(5) { Seed = 1 }, 2);
        var calls = 0;
        twins.Each(lstm => lstm.register_forward_hook((_, _, output) =>
        {
            calls++;
            return output * 3;
        }));
        twins.ShouldAgree(
            lstm =>
            {
                using var x = Numbers.Uniform(1, [3, 4, 2]).requires_grad_();
                using var output = lstm.call(x);
                output.square().sum().backward();
                return [("the output", output.Values()), .. Gradients(lstm, x)];
            },
            "with a hook");
        calls.Should().Be(2);
    }

    [Fact]
    public void Calls_on_four_threads_give_what_one_thread_gives()
    {
        using var twins = new Twins(() => new Lstm(7, returnSequences: true) { Seed = 1 }, 3);
        var expected = Enumerable.Range(0, 8).Select(seed => InputGradient(twins.Torchs, seed)).ToArray();
        var found = new double[8][];
        var threads = Enumerable.Range(0, 4).Select(place => new Thread(() =>
        {
            for (var round = 0; round < 25; round++)
            {
                for (var seed = place * 2; seed < (place * 2) + 2; seed++)
                {
                    found[seed] = InputGradient(twins.Fused, seed);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        for (var seed = 0; seed < 8; seed++)
        {
            found[seed].ShouldMatch(expected[seed], Close, $"the gradient of input {seed}");
        }

        // The weights' gradients are shared, so only those by the input are taken.
        static double[] InputGradient(Lstm lstm, int seed)
        {
            using var scope = NewDisposeScope();
            var x = Numbers.Uniform(seed, [2 + (seed % 3), 4, 3]).requires_grad_();
            return autograd.grad([lstm.call(x).square().sum()], [x])[0].Values();
        }
    }

    [Fact]
    public void A_loop_of_ones_own_with_torchs_adam_goes_where_torchs_operations_go()
    {
        using var twins = new Twins(() => new Lstm(8, returnSequences: true) { Seed = 1 }, 3);
        twins.ShouldAgree(
            lstm =>
            {
                using var scope = NewDisposeScope();
                var head = nn.Linear(8, 2);
                head.load_state_dict(new() { ["weight"] = Numbers.Uniform(3, [2, 8]), ["bias"] = zeros(2) });
                var adam = optim.Adam(lstm.parameters().Concat(head.parameters()), lr: 0.01);
                var (x, y) = (Numbers.Uniform(1, [6, 5, 3]), Numbers.Uniform(2, [6, 5, 2]));
                var losses = new double[200];
                for (var step = 0; step < losses.Length; step++)
                {
                    using var batch = NewDisposeScope();
                    adam.zero_grad();
                    var loss = nn.functional.mse_loss(head.call(lstm.call(x)), y);
                    loss.backward();
                    adam.step();
                    losses[step] = loss.ToDouble();
                }
                losses[^1].Should().BeLessThan(losses[0] / 3);
                return [("the losses", losses), .. lstm.parameters().Select((parameter, i) => ($"parameter {i}", parameter.Values()))];
            },
            "200 steps of Adam",
            AfterTraining);
    }

    [Fact]
    public void A_thousand_steps_leave_the_number_of_live_tensors_unchanged()
    {
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        lstm.Build(new Shape(null, 4, 2));
        using var x = Numbers.Uniform(1, [3, 4, 2]);
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 1000; i++)
        {
            Step();
        }
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);

        void Step()
        {
            using var scope = NewDisposeScope();
            lstm.call(x).square().sum().backward();
        }
    }

    private static IReadOnlyList<(string Name, double[] Values)> Everything(Lstm lstm, int samples, int steps, int features, bool withState, int seed)
    {
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(seed, [samples, steps, features]).requires_grad_();
        var h = Numbers.Uniform(seed + 1, [samples, lstm.Units]).requires_grad_();
        var c = Numbers.Uniform(seed + 2, [samples, lstm.Units]).requires_grad_();
        lstm.ResetStates();
        var (output, state) = lstm.CallWithState(x, withState ? new LstmState(h, c) : null);
        var loss = (output * Numbers.Uniform(seed + 3, output.shape)).sum()
            + (state.Hidden * Numbers.Uniform(seed + 4, state.Hidden.shape)).sum()
            + (state.Cell * Numbers.Uniform(seed + 5, state.Cell.shape)).sum();
        loss.backward();
        return [("the output", output.Values()), ("h", state.Hidden.Values()), ("c", state.Cell.Values()), .. withState ? Gradients(lstm, x, h, c) : Gradients(lstm, x)];
    }

    private static List<(string Name, double[] Values)> Gradients(Lstm lstm, params Tensor[] tensors) =>
        [.. tensors.Concat(lstm.parameters()).Select((tensor, i) => ($"gradient {i}", tensor.grad!.Values()))];

    /// <summary>Two layers with the same weights and draws, of which one has the fused kernels switched off.</summary>
    private sealed class Twins : IDisposable
    {
        internal Twins(Func<Lstm> make, int features)
        {
            (Fused, Torchs) = (make(), make());
            Torchs.UsesFusedKernel = false;
            Each(lstm => lstm.Build(new Shape(null, null, features)));
            Each(lstm => lstm.train());
        }

        internal Lstm Fused { get; }

        internal Lstm Torchs { get; }

        internal void Each(Action<Lstm> action)
        {
            action(Fused);
            action(Torchs);
        }

        internal void ShouldAgree(Func<Lstm, IReadOnlyList<(string Name, double[] Values)>> measure, string what, Tolerance? tolerance = null)
        {
            Each(lstm => lstm.zero_grad());
            var (found, expected) = (measure(Fused), measure(Torchs));
            found.Should().HaveCount(expected.Count);
            for (var i = 0; i < expected.Count; i++)
            {
                found[i].Values.ShouldMatch(expected[i].Values, tolerance ?? Close, $"{expected[i].Name} of {what}");
            }
        }

        public void Dispose() => Each(lstm => lstm.Dispose());
    }
}
