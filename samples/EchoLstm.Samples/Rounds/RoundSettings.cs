namespace EchoLstm.Samples.Rounds;

/// <summary>What a training of many rounds is told.</summary>
/// <param name="Rounds">How many sequences to train on, or at most.</param>
/// <param name="Seed">The seed of the weights and of the sequences.</param>
/// <param name="Verbose">How the training is shown: 0, 1 or 2.</param>
internal sealed record RoundSettings(int Rounds, int Seed, int Verbose);
