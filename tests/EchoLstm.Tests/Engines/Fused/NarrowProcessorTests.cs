using System.Runtime.Intrinsics.X86;
using EchoLstm.Kernels;
using EchoLstm.Tests.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>The fused engine's tests again on a processor with narrower vectors, and on one without any.</summary>
public sealed class NarrowProcessorTests
{
    // Every kind of check; of the random models a part, of the checks that name a width the child's own.
    private const string Filter =
        "FullyQualifiedName~LaneWidthTests|FullyQualifiedName~FusedBitsTests|FullyQualifiedName~EagerLstmTests.Outputs|FullyQualifiedName~NotFiniteTests"
        + "|FullyQualifiedName~TrainingGoldenTests&DisplayName~Fused"
        + "|FullyQualifiedName~Random_models_have_torchs&DisplayName~seed: 2"
        + "|FullyQualifiedName~Random_models_train_alike&DisplayName~seed: 103"
        + @"|FullyQualifiedName~Engines.Fused&DisplayName~width: {0}\)|FullyQualifiedName~EchoLstm.Tests.Kernels&DisplayName~width: {0}\)";

    // What the filter finds today, less a few.
    private const int AtLeast = 200;

    // So that the tests of the number of threads have as many as they name.
    private const string Processors = "8";

    /// <summary>Without the widest vectors that this processor has, and without any.</summary>
    public static TheoryData<string, int> Narrower => new()
    {
        { Avx512F.IsSupported ? "DOTNET_EnableAVX512" : "DOTNET_EnableAVX2", Avx512F.IsSupported ? 8 : 4 },
        { "DOTNET_EnableHWIntrinsic", 1 },
    };

    [Theory]
    [MemberData(nameof(Narrower))]
    public void The_engine_is_right_without(string switchedOff, int widest)
    {
        if (!Avx2.IsSupported)
        {
            widest = Math.Min(widest, (int)LaneWidths.For(1000)); // another processor's vectors have other switches
        }
        var width = widest.ToString(CultureInfo.InvariantCulture);

        var run = ChildRun.Run(width, Filter.Replace("{0}", width, StringComparison.Ordinal), (switchedOff, "0"), ("DOTNET_PROCESSOR_COUNT", Processors));

        run.ShouldHavePassed(AtLeast);
        run.Passed.Should().Contain($"{typeof(LaneWidthTests).FullName}.{nameof(LaneWidthTests.Long_rows_take_the_widest_vectors_that_the_processor_has)}", "the child computes with vectors of {0}", width);
    }
}
