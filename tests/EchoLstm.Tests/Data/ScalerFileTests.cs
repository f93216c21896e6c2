using EchoLstm.Data;

namespace EchoLstm.Tests.Data;

/// <summary>Scalers as files.</summary>
public class ScalerFileTests
{
    private static readonly float[,] Training = { { 1, 0.1f, 7 }, { 2, 1e-20f, 7 }, { 4, -3.3f, 7 } };

    public static TheoryData<string> Kinds => ["standard", "range", "other range"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_comes_back_with_every_bit(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("scaler.json");
        var scaler = Fitted(kind);
        using (new GermanCulture())
        {
            scaler.Save(path);
            var loaded = FeatureScaler.Load(path);

            loaded.Should().BeOfType(scaler.GetType());
            loaded.Center.Should().Equal(scaler.Center);
            loaded.Spread.Should().Equal(scaler.Spread);
            float[,] unseen = { { 1.5f, 0.3f, 7 }, { -8, 1e9f, 6 } };
            loaded.Transform(unseen).Values().Should().Equal(scaler.Transform(unseen).Values());
            loaded.InverseTransform(unseen).Values().Should().Equal(scaler.InverseTransform(unseen).Values());
            loaded.Save(path);
            FeatureScaler.Load(path).Center.Should().Equal(scaler.Center);
        }
        folder.Names.Should().Equal("scaler.json");
    }

    [Fact]
    public void What_it_measured_is_there_for_each_feature()
    {
        var standard = new StandardScaler().Fit(new float[,] { { 1, 5 }, { 3, 5 } });
        (standard.Center, standard.Spread).Should().BeEquivalentTo((new[] { 2.0, 5.0 }, new[] { 1.0, 1.0 }));
        var range = new MinMaxScaler(-1, 1).Fit(new float[,] { { 1, 5 }, { 3, 5 } });
        (range.Center, range.Spread).Should().BeEquivalentTo((new[] { 1.0, 5.0 }, new[] { 2.0, 1.0 }));
        range.ForColumns(1).Center.Should().Equal(5);

        Errors.Expect<InvalidOperationException>(() => _ = new StandardScaler().Center, "StandardScaler.Center needs a fitted scaler: "
            + "call Fit with the training data first.");
        Errors.Expect<InvalidOperationException>(() => _ = new MinMaxScaler().Spread, "MinMaxScaler.Spread needs a fitted scaler: call "
            + "Fit with the training data first.");
    }

    [Fact]
    public void A_file_is_written_as_this()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("scaler.json");

        new MinMaxScaler(0, 0.1f).Fit([1f, 3f]).Save(path);

        const string scaler = """{"class":"MinMaxScaler","center":[1],"spread":[2],"low":0,"high":0.1}""";
        File.ReadAllText(path).Should().Be($$"""{"format":"echolstm.scaler","format_version":1,"scaler":{{scaler}}}""");
    }

    [Fact]
    public void What_can_t_be_saved_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("scaler.json");
        File.WriteAllText(path, "old");

        Errors.Expect<InvalidOperationException>(() => new StandardScaler().Save(path), "StandardScaler can't be saved: it is not "
            + "fitted. Call Fit with the training data first.");

        File.ReadAllText(path).Should().Be("old");
        Assert.Throws<ArgumentException>(() => Fitted("standard").Save(" "));
    }

    [Theory]
    [InlineData("\"center\":[1]", "\"center\":[1,2]", "in its scaler: expected as many finite centers as spreads above 0, at least one "
        + "of each")]
    [InlineData("\"center\":[1]", "\"center\":[]", "in its scaler: expected as many finite centers as spreads above 0, at least one of "
        + "each")]
    [InlineData("\"spread\":[2]", "\"spread\":[0]", "in its scaler: expected as many finite centers as spreads above 0, at least one of "
        + "each")]
    [InlineData("\"spread\":[2]", "\"spread\":[1e999]", "in its scaler: expected as many finite centers as spreads above 0, at least one "
        + "of each")]
    [InlineData("\"spread\":[2]", "\"spread\":[\"x\"]", "in its scaler, scaler: 'spread[0]' is the text \"x\", expected a number")]
    [InlineData("\"spread\":[2],", "", "in its scaler, scaler: the field 'spread' is missing")]
    [InlineData("\"low\":0", "\"low\":2", "in its scaler: MinMaxScaler expects finite ends with low below high but received 2 and 1.")]
    [InlineData("\"low\":0", "\"low\":0,\"mean\":0", "in its scaler, scaler: there is a field 'mean', which this version does not know")]
    [InlineData("MinMaxScaler", "RobustScaler", "in its scaler, scaler: there is a 'RobustScaler', which this version does not have")]
    [InlineData("\"format_version\":1", "\"format_version\":2", "is 'echolstm.scaler' of version 2, expected 'echolstm.scaler' of "
        + "version 1. Give a file that a scaler's Save wrote")]
    [InlineData("echolstm.scaler", "echolstm.other", "is 'echolstm.other' of version 1, expected 'echolstm.scaler'")]
    [InlineData("}}", "}", "its 'scaler' is not sound: ")]
    public void What_is_wrong_in_a_file_is_named(string before, string after, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("scaler.json");
        new MinMaxScaler().Fit([1f, 3f]).Save(path);
        var text = File.ReadAllText(path);
        text.Should().Contain(before);
        File.WriteAllText(path, text.Replace(before, after));

        Assert.Throws<InvalidDataException>(() => FeatureScaler.Load(path)).Message.Should().StartWith(path).And.Contain(expected);
    }

    [Fact]
    public void A_file_that_is_none_says_so()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("scaler.json");

        Assert.Throws<FileNotFoundException>(() => FeatureScaler.Load(path)).Message.Should().StartWith($"There is no file {path}.");
        File.WriteAllBytes(path, []);
        Errors.Expect<InvalidDataException>(() => FeatureScaler.Load(path), $"{path} is empty. Give a file that a scaler's Save wrote.");
        File.WriteAllBytes(path, [0x89, (byte)'P', (byte)'N', (byte)'G', 0xff, 0xfe]);
        Assert.Throws<InvalidDataException>(() => FeatureScaler.Load(path)).Message.Should().StartWith(path);
    }

    private static FeatureScaler Fitted(string kind) => (kind switch
    {
        "standard" => (FeatureScaler)new StandardScaler(),
        "range" => new MinMaxScaler(),
        _ => new MinMaxScaler(-0.1f, 1.0f / 3),
    }).Fit(Training);
}
