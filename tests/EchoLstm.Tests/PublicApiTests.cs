using System.Reflection;

namespace EchoLstm.Tests;

/// <summary>What of the library can be derived from.</summary>
public class PublicApiTests
{
    [Fact]
    public void Layers_that_can_be_made_are_sealed()
    {
        var layers = typeof(EchoLstm.Layers.Layer).Assembly.GetExportedTypes().Where(type => typeof(EchoLstm.Layers.Layer).IsAssignableFrom(type)).ToList();

        layers.Should().HaveCountGreaterThan(4).And.OnlyContain(type => type.IsSealed || type.IsAbstract);
    }

    [Fact]
    public void Nobody_outside_can_derive_a_layer_a_loss_a_metric_or_an_optimiser() =>
        new[] { typeof(EchoLstm.Layers.Layer), typeof(EchoLstm.Training.Loss), typeof(EchoLstm.Training.Metric), typeof(EchoLstm.Training.Optimizer) }
            .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
            .Should().OnlyContain(constructor => constructor.IsAssembly || constructor.IsFamilyAndAssembly || constructor.IsPrivate);
}
