namespace EchoLstm.Tests;

/// <summary>
/// What the library writes and reads is the same in every country. The tests of text run again in a process of their own, with a true culture of the system (ICU), as
/// this one has none but the invariant; where there is no ICU, with German numbers alone.
/// </summary>
public sealed class CultureTests
{
    // Summaries, errors, logs, tables, pictures, docs; what computes writes little, and slow classes of numbers alone are left out.
    private const string TextTests =
        "FullyQualifiedName!~WindowBatchesTests&FullyQualifiedName!~WrappedLayerTests&FullyQualifiedName!~ParameterwiseUpdateTests"
        + "&FullyQualifiedName!~A_model_hands_whole_numbers_on_exactly&("
        + "FullyQualifiedName~CultureTests.In_a_child"
        + "|FullyQualifiedName~EchoLstm.Tests.Data|FullyQualifiedName~EchoLstm.Tests.Training|FullyQualifiedName~EchoLstm.Tests.ShapeTests|FullyQualifiedName~EchoLstm.Tests.TensorLikeTests"
        + "|FullyQualifiedName~Summary|FullyQualifiedName~Error|FullyQualifiedName~MemoryPrediction|FullyQualifiedName~ModelStepperTests|FullyQualifiedName~DifferencesTests"
        + "|FullyQualifiedName~LayerTests|FullyQualifiedName~EmbeddingTests|FullyQualifiedName~Conv1DTests|FullyQualifiedName~ReshapeTests|FullyQualifiedName~TimeDistributedTests|FullyQualifiedName~RegularizerTests"
        + ")";

    private const int AtLeast = 400;

    [Fact]
    public void Texts_are_the_same_in_a_country_that_writes_1_234_comma_5_and_an_i_without_its_dot()
    {
        var run = ChildRun.Run(Cultures.TaskOfChildren + "tr-TR", TextTests, ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));
        if (run.Output.Contains("valid ICU package", StringComparison.Ordinal))
        {
            run = ChildRun.Run(Cultures.TaskOfChildren + Cultures.MadeUp, TextTests);
        }

        run.ShouldHavePassed(AtLeast);
        run.Passed.Should().Contain($"{typeof(CultureTests).FullName}.{nameof(In_a_child_the_culture_is_real)}");
    }

    [Fact]
    public void In_a_child_the_culture_is_real()
    {
        var name = Cultures.Asked is null or Cultures.MadeUp ? "" : Cultures.Asked;
        CultureInfo.CurrentCulture.Name.Should().Be(name);
        1.5.ToString().Should().Be(Cultures.Asked is null ? "1.5" : "1,5");
        "TITLE".ToLower().Should().Be(Cultures.Asked == "tr-TR" ? "tıtle" : "title");
        string.Join("", Enumerable.Repeat(0, 3).AsParallel().Select(_ => CultureInfo.CurrentCulture.Name)).Should().Be(string.Concat(Enumerable.Repeat(name, 3)), "on every thread");
    }
}
