using System.Reflection;
using System.Text.RegularExpressions;
using EchoLstm.Inference;
using EchoLstm.Interop;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Hunt;

/// <summary>A short hunt; <c>dotnet run -c Release --project tests/EchoLstm.Tests -- hunt</c> is a long one.</summary>
[Collection(RunsAlone.Name)]
public sealed class HuntTests
{
    [Fact]
    public void No_call_right_or_wrong_ends_the_process_or_lets_out_an_exception_that_was_not_meant()
    {
        const int Calls = 2_000;

        var report = new Hunting(seed: 1, TextWriter.Null).Run(0, Calls);

        report.Faults().Should().BeEmpty();
        report.Calls.Should().Be(Calls);
        report[OutcomeKind.Fine].Should().BeGreaterThan(Calls / 4, "calls that are refused at once find little");
        report[OutcomeKind.Refused].Should().BeGreaterThan(Calls / 10, "wrong calls are made too");
    }

    [Fact]
    public void A_death_is_noticed_and_named_and_the_hunt_goes_on_behind_it()
    {
        var report = new Hunting(seed: 1, TextWriter.Null) { Dying = 12 }.Run(0, 30);

        var failure = report.Failures.Should().ContainSingle(failure => failure.Outcome.Kind == OutcomeKind.Died).Subject;
        failure.Number.Should().Be(12);
        failure.Outcome.What.Should().StartWith("exit code 99");
        failure.Calls.Should().HaveCount(3, "of its group");
        failure.Replay.Should().Be("-- hunt --seed 1 --first 10 --calls 3");
        report.Calls.Should().Be(30 - 7, "the rest of its group was not made");
    }

    [Fact]
    public void Every_public_call_is_among_those_that_it_draws()
    {
        // Called by a fit, or by what is called; the rest is data without a way to go wrong.
        string[] others =
        [
            .. typeof(Callback).GetMethods().Select(method => method.Name), nameof(LearningRateSchedule.At), nameof(FitReport), nameof(Shape.GetEnumerator),
            nameof(ShapeMismatchException), nameof(TrainingDivergedException), nameof(QueueFullException), nameof(Layer.named_parameters), nameof(ToString), nameof(Equals),
            nameof(GetHashCode), "Deconstruct", "<Clone>$", nameof(TensorLike.FromMemory),
        ];
        Assembly[] library = [typeof(Shape).Assembly, typeof(Layer).Assembly, typeof(KerasFile).Assembly];
        var sources = string.Concat(Directory.GetFiles(Path.Combine(DocsFolder.Root, "tests/EchoLstm.Tests/Hunt"), "*.cs")
            .Where(path => !path.EndsWith("Tests.cs", StringComparison.Ordinal)).Select(File.ReadAllText));

        var names = library.SelectMany(assembly => assembly.GetExportedTypes()).Where(type => !type.IsEnum).SelectMany(Calls).Distinct().Except(others).ToList();

        names.Should().HaveCountGreaterThan(100, "else the search is broken");
        names.Where(name => !Regex.IsMatch(sources, $@"\b{name}\b")).Order().Should().BeEmpty();

        static IEnumerable<string> Calls(Type type) =>
        [
            .. type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(method => !method.IsSpecialName).Select(method => method.Name),
            .. type.IsAbstract ? [] : type.GetConstructors().Select(_ => type.Name).Distinct(),
        ];
    }

    [Fact]
    public void Threads_that_share_an_Lstm_have_the_gradients_of_one_alone() => ThreadHunt.RunChild(1, TextWriter.Null).Should().BeNull();
}
