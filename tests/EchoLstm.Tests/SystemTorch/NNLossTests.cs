using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private static readonly double[] Predicted = [0.5, -2, 3, 1];
    private static readonly double[] Target = [1, 1, 1, 1];

    [Fact]
    public void Regression_losses_agree_with_their_formulas()
    {
        Check(MSELoss, d => d * d);
        Check(L1Loss, Math.Abs);
        Check(reduction => SmoothL1Loss(reduction, beta: 2.5), d => Math.Abs(d) < 2.5 ? d * d / 5 : Math.Abs(d) - 1.25);
        Check(reduction => HuberLoss(2.5, reduction), d => Math.Abs(d) < 2.5 ? d * d / 2 : 2.5 * (Math.Abs(d) - 1.25));
    }

    [Fact]
    public void Binary_cross_entropy_of_probabilities_and_logits()
    {
        double[] probabilities = [0.9, 0.2, 0.5], targets = [1, 0, 0.25], weights = [1, 2, 3], logits = [2, -1, 0.5];
        double[] plain = [.. probabilities.Zip(targets, (p, t) => -((t * Math.Log(p)) + ((1 - t) * Math.Log(1 - p))))];
        double[] fromLogits = [.. logits.Select(x => 1 / (1 + Math.Exp(-x))).Zip(targets, (p, t) => -((t * Math.Log(p)) + ((1 - t) * Math.Log(1 - p))))];

        BCELoss(reduction: Reduction.None).call(tensor(probabilities), tensor(targets)).ShouldHold(plain);
        BCELoss().call(tensor(probabilities), tensor(targets)).ShouldHold(plain.Average());
        BCELoss(tensor(weights), Reduction.Sum).call(tensor(probabilities), tensor(targets)).ShouldHold(plain.Zip(weights, (l, w) => l * w).Sum());
        BCEWithLogitsLoss(reduction: Reduction.None).call(tensor(logits), tensor(targets)).ShouldHold(fromLogits);
        BCEWithLogitsLoss(tensor(weights)).call(tensor(logits), tensor(targets)).ShouldHold(fromLogits.Zip(weights, (l, w) => l * w).Average());
        BCEWithLogitsLoss(reduction: Reduction.Sum, pos_weights: tensor(new[] { 2.0 })).call(tensor(new[] { 0.0 }), tensor(new[] { 1.0 })).ShouldHold(2 * Math.Log(2));
        functional.binary_cross_entropy_with_logits(tensor(new[] { 100.0 }), tensor(new[] { 1.0 })).ShouldHold(0);

        FluentActions.Invoking(() => functional.binary_cross_entropy(ones(2), ones(2, 1))).Should().Throw<ExternalException>().WithMessage("*target size*different*input size*");
        FluentActions.Invoking(() => functional.binary_cross_entropy_with_logits(ones(2), ones(3))).Should().Throw<ExternalException>().WithMessage("*must be the same as input size*");
        GradientCheck.Verify(x => functional.binary_cross_entropy_with_logits(x, tensor(targets)), tensor(logits));
        GradientCheck.Verify(x => functional.binary_cross_entropy(x, tensor(targets)), tensor(probabilities));
    }

    [Fact]
    public void Cross_entropy_is_the_logarithm_of_the_softmax()
    {
        double[][] logits = [[1, 2, 0.5], [0, -1, 3]];
        double[] logProbabilities = [.. logits.SelectMany(row => row.Select(x => x - Math.Log(row.Sum(Math.Exp))))];
        var input = tensor(logits.SelectMany(row => row).ToArray()).reshape(2, 3);
        var classes = tensor(new long[] { 1, 2 });
        double first = -logProbabilities[1], second = -logProbabilities[5];

        CrossEntropyLoss().call(input, classes).ShouldHold((first + second) / 2);
        CrossEntropyLoss(reduction: Reduction.None).call(input, classes).ShouldHold(first, second);
        CrossEntropyLoss(reduction: Reduction.Sum).call(input, classes).ShouldHold(first + second);
        CrossEntropyLoss(tensor(new[] { 1.0, 3.0, 1.0 })).call(input, classes).ShouldHold(((3 * first) + second) / 4);
        CrossEntropyLoss(ignore_index: 2).call(input, classes).ShouldHold(first);
        CrossEntropyLoss().call(input, functional.one_hot(classes, 3).to_type(ScalarType.Float64)).ShouldHold((first + second) / 2);
        functional.cross_entropy(input, classes, label_smoothing: 0.3).ShouldHold(
            (0.7 * (first + second) / 2) - (0.1 * logProbabilities.Sum() / 2));
        new TorchSharp.Modules.CrossEntropyLoss(label_smoothing: 0.3).call(input, classes).ShouldHold(
            (0.7 * (first + second) / 2) - (0.1 * logProbabilities.Sum() / 2));
        NLLLoss().call(tensor(logProbabilities).reshape(2, 3), classes).ShouldHold((first + second) / 2);
        NLLLoss(tensor(new[] { 1.0, 3.0, 1.0 }), Reduction.None).call(tensor(logProbabilities).reshape(2, 3), classes).ShouldHold(3 * first, second);
        GradientCheck.Verify(x => functional.cross_entropy(x, classes), input);
        FluentActions.Invoking(() => functional.cross_entropy(input, tensor(new long[] { 1 }))).Should().Throw<ExternalException>().WithMessage("*batch_size*");
    }

    [Fact]
    public void Divergence_of_distributions()
    {
        double[] p = [0.2, 0.8], q = [0.5, 0.5];
        double[] terms = [.. p.Zip(q, (expected, predicted) => expected * Math.Log(expected / predicted))];
        var logQ = tensor(q).log();

        KLDivLoss(log_target: false, reduction: Reduction.None).call(logQ, tensor(p)).ShouldHold(terms);
        KLDivLoss(reduction: Reduction.Sum).call(logQ, tensor(p).log()).ShouldHold(terms.Sum());
        functional.kl_div(logQ, tensor(p), false).ShouldHold(terms.Average());
    }

    [Fact]
    public void Losses_tell_their_settings()
    {
        var weight = ones(2);

        HuberLoss(0.5).delta.Should().Be(0.5);
        SmoothL1Loss(beta: 0.5).beta.Should().Be(0.5);
        MSELoss(Reduction.Sum).reduction.Should().Be(Reduction.Sum);
        BCELoss(weight).weight.Should().BeSameAs(weight);
        CrossEntropyLoss(ignore_index: 3).ignore_index.Should().Be(3);
        KLDivLoss().log_target.Should().BeTrue();
    }

    private static void Check(Func<Reduction, Module<Tensor, Tensor, Tensor>> make, Func<double, double> formula)
    {
        double[] expected = [.. Predicted.Zip(Target, (p, t) => formula(p - t))];
        var (input, target) = (tensor(Predicted).reshape(2, 2), tensor(Target).reshape(2, 2));

        make(Reduction.None).call(input, target).ShouldBe([2, 2], expected);
        make(Reduction.Mean).call(input, target).ShouldHold(expected.Average());
        make(Reduction.Sum).call(input, target).ShouldHold(expected.Sum());
        GradientCheck.Verify(x => make(Reduction.Mean).call(x, target), tensor(Predicted).reshape(2, 2));
    }
}
