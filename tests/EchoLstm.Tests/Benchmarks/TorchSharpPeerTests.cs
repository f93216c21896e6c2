using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;
using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Tests.Benchmarks;

/// <summary>What the benchmarks time as TorchSharp alone is the library's model, and learns.</summary>
public sealed class TorchSharpPeerTests
{
    private const int Steps = 10;

    // The two largest are Article's kind, and would take seconds.
    public static TheoryData<string> Small =>
        [.. WorkloadList.All.Except([WorkloadList.Big, WorkloadList.Long]).Where(workload => workload.Trains).Select(workload => workload.Name)];

    [Theory]
    [MemberData(nameof(Small))]
    public void Its_loss_falls_and_its_parameters_learn(string name)
    {
        var workload = Named(name);
        using var peer = new TorchSharpPeer.Training(workload);
        using var scope = torch.NewDisposeScope();
        var before = peer.Parameters.Select(parameter => parameter.detach().clone()).ToArray();
        peer.Run(1);
        var first = peer.Loss;
        peer.Run(Steps);
        peer.Loss.Should().BeLessThan(first);
        // In a single step from a zero state the recurrent weights have no slope.
        var still = workload.Steps == 1 ? 1 : 0;
        peer.Parameters.Zip(before).Count(pair => pair.First.ne(pair.Second).any().item<bool>()).Should().Be(before.Length - still);
    }

    [Theory]
    [InlineData("one-to-one", 1, 166)]
    [InlineData("many-to-many", 1, 166)]
    [InlineData("encoder-decoder-21x5x100-150", 2, 347_500)]
    [InlineData("seq2seq-32x20x30-64", 2, 51_102)]
    public void It_has_the_librarys_parameters_and_a_second_bias_for_each_Lstm(string name, int lstms, int expected)
    {
        var workload = Named(name);
        using var peer = new TorchSharpPeer.Training(workload);
        using var own = OwnModel.Create(workload, EngineKind.Torch);
        if (own is FunctionalModel graph)
        {
            graph.Build();
        }
        var count = peer.Parameters.Sum(parameter => parameter.numel());
        count.Should().Be(own.parameters().Sum(parameter => parameter.numel()) + (4 * workload.Units * lstms));
        count.Should().Be(expected);
    }

    private static Workload Named(string name) => WorkloadList.All.Single(workload => workload.Name == name);
}
