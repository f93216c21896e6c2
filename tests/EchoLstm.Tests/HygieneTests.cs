using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EchoLstm.Data;

namespace EchoLstm.Tests;

/// <summary>What the library must not do to its process: keep state of its own, print. BannedSymbols.txt has what it must not call.</summary>
[Collection(RunsAlone.Name)]
public sealed class HygieneTests
{
    private const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    // Static fields that hold what can change, each with the reason why that is no state.
    private static readonly Dictionary<string, string> Excused = new()
    {
        ["EchoLstm.Models.ModelSummary.Columns"] = "an array that nobody writes to",
        ["EchoLstm.NativeTorch.Helped"] = "what loading the native library came to: it is the process's own, and loaded once",
        ["EchoLstm.NativeTorch.Loaded"] = "that the native library is loaded, which is never taken back",
        ["EchoLstm.Pictures.Curve.Strokes"] = "an array that nobody writes to",
        ["EchoLstm.Pictures.SvgCanvas.Colours"] = "an array that nobody writes to",
        ["EchoLstm.Layers.StepMasks.Samples"] = "the same of samples that are steps of what is around",
        ["EchoLstm.Layers.StepMasks.Masks"] = "which mask a tensor has: a fact about the tensor, gone with it, and safe for threads",
    };

    private static readonly Assembly[] Library = [typeof(Shape).Assembly, typeof(SequentialModel).Assembly, typeof(EchoLstm.Interop.KerasFile).Assembly];

    [Fact]
    public void No_static_field_holds_what_can_change()
    {
        var fields = Library.SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type)).SelectMany(type => type.GetFields(All)).Where(field => field.IsStatic && !field.IsLiteral).ToList();

        var faults = fields.Where(field => !IsGenerated(field) && !(field.IsInitOnly && IsImmutable(field.FieldType))).Select(field => $"{field.DeclaringType!.FullName}.{field.Name}").Order();

        fields.Should().NotBeEmpty("else the search is broken");
        faults.Should().Equal(Excused.Keys.Order());
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Without_verbose_nothing_is_printed(EngineKind engine)
    {
        using var console = new ConsoleCapture();
        using var model = EchoModels.ManyToMany(seed: 1);
        model.RequestedEngine = engine;
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        model.Fit(x, y, epochs: 3, verbose: 0, validationData: (x, y), callbacks: [new EarlyStopping(patience: 1)]);
        model.TrainOnBatch(x, y);
        model.Evaluate(x, y);
        model.Predict(x).Dispose();
        model.Summary(withFormulas: true).Should().NotBeEmpty();
        using var stream = model.OpenStream();
        stream.Step([1]);
        Assert.Throws<ArgumentException>(() => model.Predict(new float[,,] { { { float.NaN } } }));

        (console.Output + console.Error).Should().BeEmpty();
    }

    [Fact]
    public void Torchs_own_generator_and_number_of_threads_are_left_as_they_were()
    {
        using var model = EchoModels.ManyToMany(seed: 1); // Torch's modules draw initial values, which the library's own replace
        model.RequestedEngine = EngineKind.Torch;
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        var threads = get_num_threads();
        manual_seed(5);
        var expected = rand(3).Values();
        manual_seed(5);
        model.Fit(x, y, epochs: 2, verbose: 0);
        model.Predict(x).Dispose();

        get_num_threads().Should().Be(threads);
        rand(3).Values().Should().Equal(expected);
    }

    private static bool IsImmutable(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(System.Xml.Linq.XNamespace) || type == typeof(Type) || type.IsPointer
        || type == typeof(JsonDocumentOptions) || type == typeof(JsonWriterOptions) // structs, whose copies alone can be written to
        || typeof(Delegate).IsAssignableFrom(type)
        || (type.Namespace == typeof(ImmutableArray).Namespace && type.Name.StartsWith("Immutable", StringComparison.Ordinal))
        || (type.IsGenericType && type.Name.StartsWith("Frozen", StringComparison.Ordinal));

    // Lambdas that the compiler caches, and regular expressions that it generates.
    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute)) || member.DeclaringType is { } outer && IsGenerated(outer);
}
