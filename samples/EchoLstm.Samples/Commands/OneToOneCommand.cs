using System.CommandLine;
using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;

namespace EchoLstm.Samples.Commands;

/// <summary>The first model: Lstm and Dense, each number a sample. All samples make one batch, so that no state needs to go from one to the next.</summary>
internal static class OneToOneCommand
{
    internal static EchoSample Sample { get; } = new(
        "one-to-one",
        "One value in, one value out",
        Epochs: 1000,
        BatchSize: length => length,
        EchoModels.OneToOne,
        sequence => EchoSequence.FrameOneToOne(sequence));

    internal static Command Create(EchoOptions options) => EchoCommand.Create(Sample, options);
}
