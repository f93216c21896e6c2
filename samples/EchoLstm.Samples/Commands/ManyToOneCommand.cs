using System.CommandLine;
using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;

namespace EchoLstm.Samples.Commands;

/// <summary>The second model: Lstm and Dense, the sequence's numbers as time steps of one sample, its target as one vector.</summary>
internal static class ManyToOneCommand
{
    internal static EchoSample Sample { get; } = new(
        "many-to-one",
        "A sequence in, one vector out",
        Epochs: 500,
        BatchSize: _ => 1,
        EchoModels.ManyToOne,
        sequence => EchoSequence.FrameManyToOne(sequence));

    internal static Command Create(EchoOptions options) => EchoCommand.Create(Sample, options);
}
