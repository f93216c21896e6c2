using EchoLstm.Models;
using EchoLstm.Tests.Docs;
using TorchSharp;

namespace EchoLstm.Tests.Samples;

/// <summary>What README shows is compiled, and prints what README says.</summary>
public class ReadmeTests
{
    private static readonly string Readme = DocsFolder.ReadPage("README.md");

    [Theory]
    [InlineData("one-to-one")]
    [InlineData("many-to-one")]
    [InlineData("many-to-many")]
    public void The_programs_print_what_it_says(string name)
    {
        using var folder = new TemporaryFolder();
        var run = SampleProgram.RunIn(folder.Path, "readme", name);

        run.ExitCode.Should().Be(0, run.Error);
        Blocks("text").Should().Contain(string.Join('\n', run.Lines.Select(line => line.TrimEnd())).TrimEnd());
    }

    [Theory]
    [InlineData("dotnet run -c Release --project samples/EchoLstm.Samples")]
    [InlineData("dotnet test -c Release")]
    [InlineData("tests/fresh-project.sh")]
    public void Its_commands_are_lines_of_their_own(string command) =>
        Blocks("sh").SelectMany(block => block.Split('\n')).Should().Contain(command);

    [Fact]
    public void Its_counts_are_right()
    {
        const int inputs = 1, outputs = 5;
        using var model = EchoModels.ManyToMany(outputs);
        using var plain = torch.nn.LSTM(inputs, outputs);

        model.Layers[0].CountParameters().Should().Be(140).And.Be(4 * (((inputs + 1) * outputs) + (outputs * outputs)));
        plain.parameters().Sum(parameter => parameter.numel()).Should().Be(160);
#pragma warning disable format // without the parentheses that would show how it is read
        (4 * ((inputs + 1) * outputs + outputs ^ 2)).Should().Be(52);
#pragma warning restore format
    }

    private static string[] Blocks(string language) => DocsFolder.Blocks(Readme, language);
}
