using System.CommandLine;
using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;

namespace EchoLstm.Samples.Commands;

/// <summary>The third model: an Lstm that returns every step, and TimeDistributed(Dense) on each of them.</summary>
internal static class ManyToManyCommand
{
    internal static EchoSample Sample { get; } = new(
        "many-to-many",
        "A sequence in, a sequence out, step by step",
        Epochs: 1000,
        BatchSize: _ => 1,
        EchoModels.ManyToMany,
        sequence => EchoSequence.FrameManyToMany(sequence));

    internal static Command Create(EchoOptions options) => EchoCommand.Create(Sample, options);
}
