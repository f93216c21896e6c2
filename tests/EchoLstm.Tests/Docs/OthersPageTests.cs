using EchoLstm.Tests.Layers;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Docs;

/// <summary>The numbers of docs/others.md that are of Keras's versions: how far the one reading is from the other, on small models.</summary>
public sealed class OthersPageTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void The_page_has_the_differences_between_versions_as_they_are()
    {
        var rows = DocsFolder.Read("others.md").ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToList();
        foreach (var (row, apart) in Differences())
        {
            rows.Should().ContainSingle(line => line.StartsWith($"| {row}", StringComparison.Ordinal), "the page has a row of {0}", row)
                .Which.Should().EndWith($"| {apart} |", "that is what {0} makes", row);
        }
    }

    [Fact]
    public void Every_finding_is_on_the_page_and_every_script_on_the_page_is_there()
    {
        var scripts = Directory.GetFiles(Path.Combine(DocsFolder.Root, "findings"), "*.sh").Select(path => Path.GetFileName(path)!).Where(name => name != "program.sh");
        var page = DocsFolder.Read("others.md");

        scripts.Where(name => !page.Contains($"(../findings/{name})", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static IEnumerable<(string Row, string Apart)> Differences()
    {
        var x = Numbers.Uniform(1, [2, 6, 3]);
        yield return ("`hard_sigmoid`", Apart(
            new ActivationLayer(Activation.HardSigmoid).call(tensor(new[,] { { 2.5f } })), new ActivationLayer(Activation.HardSigmoidKeras3).call(tensor(new[,] { { 2.5f } }))));
        yield return ("a CuDNNLSTM's matrices", CuDnn(x));
        yield return ("Bidirectional at masked steps", Bidirectional(x));
        yield return ("a mask behind a recurrent layer", MaskThatEnds(x));
        yield return ("a value's mask in Attention", ValueMask());
        yield return ("Dot with `normalize`", Dot(normalize: false) + " for " + Dot(normalize: true));
        yield return ("kernels of convolutions", Convolution([1, 2, 3]) + " for " + Convolution([3, 2, 1]));
    }

    // Gate by gate: a kernel's place has the bytes of its transpose, a recurrent kernel's its transpose.
    private static string CuDnn(Tensor x)
    {
        using var right = new Lstm(4) { Seed = 1 };
        using var naive = new Lstm(4) { Seed = 1 };
        (right.call(x), naive.call(x)).Should().NotBeNull();
        right.WithArbitraryWeights(2);
        var (kernel, recurrent, bias) = (from_array(right.GetWeights()[0]), from_array(right.GetWeights()[1]), right.GetWeights()[2]);
        naive.SetWeights([
            NetArrays.FromTensor(cat([.. kernel.chunk(4, 1).Select(gate => gate.t().contiguous().reshape(gate.shape))], 1)),
            NetArrays.FromTensor(cat([.. recurrent.chunk(4, 1).Select(gate => gate.t())], 1)),
            bias,
        ]);
        return Apart(right.call(x), naive.call(x));
    }

    private static string Bidirectional(Tensor x)
    {
        using var both = new Bidirectional(new Lstm(4, returnSequences: true)) { Seed = 1 };
        var mask = tensor(new[,] { { true, true, true, true, true, false }, { true, true, true, true, true, false } });
        var zeros = both.call(x.alias().Masked(mask))[.., 5, ..4];
        var repeated = both.Forward.call(x.alias().Masked(mask))[.., 5];
        zeros.ShouldMatch(new double[8], Tolerance.None);
        return Apart(zeros, repeated);
    }

    private static string MaskThatEnds(Tensor x)
    {
        using var first = new Lstm(4, returnSequences: true) { Seed = 1 };
        using var second = new Lstm(4) { Seed = 2 };
        var read = first.call(x.alias().Masked(tensor(new[,] { { true, true, true, false, false, false }, { true, true, true, true, true, true } })));
        return Apart(second.call(read), second.call(read.clone()));
    }

    // Laid over (query steps, value steps) as it is, a mask (samples, value steps) is that of the sample whose number the step has.
    private static string ValueMask()
    {
        var (query, key, value) = (ones(2, 2, 1), zeros(2, 2, 1), tensor(new float[,,] { { { 1 }, { 2 } }, { { 3 }, { 4 } } }));
        var mask = tensor(new[,] { { true, false }, { false, true } });
        using var attention = new Attention();
        var right = attention.Attend(query, value, key, mask).Output;
        var laid = cat([.. Enumerable.Range(0, 2).Select(step => attention.Attend(query, value, key, mask[step].expand(2, 2)).Output[.., step..(step + 1)])], 1);
        return Apart(right, laid);
    }

    private static string Dot(bool normalize)
    {
        var (one, other) = (new Input(2), new Input(2));
        using var model = new FunctionalModel([one, other], [new Dot(1, normalize).Apply(one, other)]);
        return Text(model.Predict([tensor(new float[,] { { 3, 4 } }), tensor(new float[,] { { 4, 3 } })])[0].item<float>());
    }

    private static string Convolution(float[] kernel)
    {
        using var convolution = new Conv1D(1, 3, useBias: false);
        convolution.Build(new Shape(null, 3, 1));
        convolution.SetWeights([Numbers.Shaped(kernel, [3, 1, 1])]);
        return Text(convolution.call(tensor(new float[,,] { { { 1 }, { 2 }, { 3 } } })).item<float>());
    }

    private static string Apart(Tensor one, Tensor other) => Text((one - other).abs().max().item<float>());

    private static string Text(double value) => value.ToString("G2", CultureInfo.InvariantCulture);
}
