using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace EchoLstm.Tests.SystemTorch;

public class OptimSchedulerTests : IDisposable
{
    private readonly Parameter _parameter = nn.Parameter(ones(1));
    private readonly SGD _optimizer;

    public OptimSchedulerTests() => _optimizer = SGD([_parameter], 1.0);

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameter.Dispose();
    }

    [Fact]
    public void StepLR_multiplies_every_few_epochs()
        => Rates(lr_scheduler.StepLR(_optimizer, 2, 0.5), 5).Should().Equal(1, 1, 0.5, 0.5, 0.25, 0.25);

    [Fact]
    public void ExponentialLR_multiplies_every_epoch()
        => Rates(lr_scheduler.ExponentialLR(_optimizer, 0.5), 3).Should().Equal(1, 0.5, 0.25, 0.125);

    [Fact]
    public void LambdaLR_multiplies_the_initial_rate()
        => Rates(lr_scheduler.LambdaLR(_optimizer, epoch => 1.0 / (1 + epoch)), 3).Should().Equal(1, 0.5, 1.0 / 3, 0.25);

    [Fact]
    public void A_given_epoch_is_computed_from_the_initial_rate()
    {
        var scheduler = lr_scheduler.StepLR(_optimizer, 2, 0.5);

        scheduler.step(4);

        scheduler.get_last_lr().Should().Equal(0.25);
        _optimizer.ParamGroups.Single().LearningRate.Should().Be(0.25);
    }

    [Fact]
    public void ReduceLROnPlateau_waits_for_a_metric_that_does_not_improve()
    {
        var scheduler = lr_scheduler.ReduceLROnPlateau(_optimizer, factor: 0.5, patience: 1, min_lr: [0.2]);
        var rates = new List<double>();
        foreach (double metric in new[] { 1.0, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4 })
        {
            scheduler.step(metric);
            rates.Add(_optimizer.ParamGroups.Single().LearningRate);
        }

        rates.Should().Equal(1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2);
        scheduler.Invoking(s => s.step()).Should().Throw<InvalidOperationException>();
        scheduler.Invoking(s => s.step(3)).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => lr_scheduler.ReduceLROnPlateau(_optimizer, mode: "best")).Should().Throw<ArgumentException>().WithMessage("*best*");
        FluentActions.Invoking(() => lr_scheduler.ReduceLROnPlateau(_optimizer, factor: 1)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_rising_metric_may_be_compared_by_difference()
    {
        var scheduler = lr_scheduler.ReduceLROnPlateau(_optimizer, "max", 0.5, 0, 0.1, "abs", cooldown: 1);
        foreach (double metric in new[] { 0.5, 0.7, 0.75 }) scheduler.step(metric);

        _optimizer.ParamGroups.Single().LearningRate.Should().Be(0.5);
        scheduler.step(0.75);
        _optimizer.ParamGroups.Single().LearningRate.Should().Be(0.5);
        scheduler.step(0.75);
        _optimizer.ParamGroups.Single().LearningRate.Should().Be(0.25);
    }

    private List<double> Rates(lr_scheduler.LRScheduler scheduler, int epochs)
    {
        var rates = new List<double> { _optimizer.ParamGroups.Single().LearningRate };
        for (int i = 0; i < epochs; i++)
        {
            scheduler.step();
            rates.Add(_optimizer.ParamGroups.Single().LearningRate);
        }
        return rates;
    }
}
