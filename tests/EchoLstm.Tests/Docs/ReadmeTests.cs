#region
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
#endregion
using TorchSharp;

namespace EchoLstm.Tests.Docs;

/// <summary>README's program prints what README says, and its counts are right.</summary>
[Collection(RunsAlone.Name)]
public sealed class ReadmeTests : PageProgram
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public ReadmeTests() : base("README.md") => Environment.CurrentDirectory = _folder.Path;

    public override void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void A_complete_program()
    {
        #region
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));    // both (1, 5, 1): samples, time steps, features
        using var model = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 71 };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 0).SavePlot("loss.svg");
        model.Save("sequence.safetensors");                                   // layers, weights, optimiser: training can go on

        using var loaded = SequentialModel.Load("sequence.safetensors");
        var echo = loaded.Predict<float[,,]>(x).Cast<float>();                // 0.0 is for tiny negative values too
        Console.WriteLine(string.Join(' ', echo.Select(value => value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture))));
        #endregion
        _folder.Names.Should().Equal("loss.svg", "sequence.safetensors");
    }

    [Theory]
    [InlineData("dotnet run -c Release --project samples/EchoLstm.Samples")]
    [InlineData("dotnet test -c Release")]
    public void Its_commands_are_lines_of_their_own(string command) =>
        DocsFolder.Blocks(DocsFolder.ReadPage("README.md"), "sh").SelectMany(block => block.Split('\n')).Should().Contain(command);

    [Fact]
    public void Its_counts_are_right()
    {
        using var oneToOne = EchoModels.OneToOne();
        using var manyToOne = EchoModels.ManyToOne();
        using var manyToMany = EchoModels.ManyToMany();
        using var plain = torch.nn.LSTM(1, 5);

        manyToMany.Layers[0].CountParameters().Should().Be(140).And.Be(4 * (((1 + 1) * 5) + (5 * 5)));
        new[] { oneToOne, manyToOne, manyToMany }.Select(model => model.CountParameters()).Should().Equal(146, 170, 146);
        plain.parameters().Sum(parameter => parameter.numel()).Should().Be(160);
    }
}
