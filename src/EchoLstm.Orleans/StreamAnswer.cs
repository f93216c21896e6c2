using Orleans;

namespace EchoLstm.Orleans;

/// <summary>What a stream answers.</summary>
/// <param name="Output">The model's output after the step, or the outputs of several steps, one after the other.</param>
/// <param name="Number">The number of the step that was read last; 0 where none was.</param>
/// <param name="Persisted">The number of the last step that the storage has: who sends steps keeps those behind it.</param>
[GenerateSerializer]
[Immutable]
[Alias("EchoLstm.StreamAnswer")]
public readonly record struct StreamAnswer(
    [property: Id(0)] ReadOnlyMemory<float> Output, [property: Id(1)] long Number, [property: Id(2)] long Persisted);
