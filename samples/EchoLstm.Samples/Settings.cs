namespace EchoLstm.Samples;

/// <summary>What the command line asks for. Null: it says nothing, and the command takes the tutorial's value.</summary>
internal sealed record Settings
{
    /// <summary>The length of the sequence.</summary>
    internal int? Length { get; init; }

    /// <summary>The units of each recurrent layer.</summary>
    internal int? Units { get; init; }

    /// <summary>How often to train on the whole data.</summary>
    internal int? Epochs { get; init; }

    /// <summary>The samples between two updates of the weights.</summary>
    internal int? BatchSize { get; init; }

    /// <summary>How many random sequences to train on, one after another.</summary>
    internal int? Rounds { get; init; }

    /// <summary>The integers of a window that are heard.</summary>
    internal int? StepsIn { get; init; }

    /// <summary>The integers of a window that are echoed.</summary>
    internal int? StepsOut { get; init; }

    /// <summary>How many different integers there are.</summary>
    internal int? Classes { get; init; }

    /// <summary>The seed of the weights, of shuffling and of random data.</summary>
    internal int? Seed { get; init; }

    /// <summary>Train with each of the seeds 1, 2, ... up to this one.</summary>
    internal int? Seeds { get; init; }

    /// <summary>How Fit shows the training: 0 not at all, 1 a progress bar an epoch, 2 two lines an epoch.</summary>
    internal int Verbose { get; init; }

    /// <summary>The folder for pictures.</summary>
    internal string? Plot { get; init; }

    /// <summary>The folder for models.</summary>
    internal string? Save { get; init; }
}
