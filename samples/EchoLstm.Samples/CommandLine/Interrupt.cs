namespace EchoLstm.Samples.CommandLine;

/// <summary>While it lives, the first Ctrl-C asks a training to end and leaves the program to report; the second ends the program at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    internal Interrupt() => Console.CancelKeyPress += OnPressed;

    /// <summary>Is cancelled by the first Ctrl-C.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>What a Ctrl-C does; false where it is for the system to end the program.</summary>
    internal bool Press()
    {
        if (_source.IsCancellationRequested)
        {
            return false;
        }
        _source.Cancel();
        return true;
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPressed;
        _source.Dispose();
    }

    private void OnPressed(object? sender, ConsoleCancelEventArgs pressed) => pressed.Cancel = pressed.SpecialKey == ConsoleSpecialKey.ControlC && Press();
}
