using System.Reflection;

namespace EchoLstm.Tests;

/// <summary>The library's public surface is what PublicApi.txt lists: each change of it is a line that someone reads.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_listed_one()
    {
        const string list = "PublicApi";
        var actual = PublicApiText.Of(typeof(Shape).Assembly);
        var listed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, list + ".txt")).Where(line => line.Length > 0).ToList();
        var (added, removed) = (actual.Except(listed).ToList(), listed.Except(actual).ToList());
        if (added.Count + removed.Count == 0)
        {
            return;
        }
        var now = Path.Combine(AppContext.BaseDirectory, list + ".now.txt");
        File.WriteAllLines(now, actual);
        Assert.Fail($"""
            The library's public surface is not that of tests/EchoLstm.Tests/{list}.txt.
            If the change is meant, update the list:
                cp {now} tests/EchoLstm.Tests/{list}.txt
            {string.Join(Environment.NewLine, [.. added.Select(line => "+ " + line), .. removed.Select(line => "- " + line)])}
            """);
    }

    [Fact]
    public void Layers_that_can_be_made_are_sealed()
    {
        var layers = typeof(Shape).Assembly.GetExportedTypes().Where(type => typeof(EchoLstm.Layers.Layer).IsAssignableFrom(type)).ToList();

        layers.Should().HaveCountGreaterThan(4).And.OnlyContain(type => type.IsSealed || type.IsAbstract);
    }

    [Fact]
    public void Nobody_outside_can_derive_a_layer_a_loss_a_metric_or_an_optimiser() =>
        new[] { typeof(EchoLstm.Layers.Layer), typeof(EchoLstm.Training.Loss), typeof(EchoLstm.Training.Metric), typeof(EchoLstm.Training.Optimizer) }
            .SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
            .Should().OnlyContain(constructor => constructor.IsAssembly || constructor.IsFamilyAndAssembly || constructor.IsPrivate);
}
