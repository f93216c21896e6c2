namespace EchoLstm.Tests;

/// <summary>Tests that measure or redirect what belongs to the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    internal const string Name = "runs alone";
}
