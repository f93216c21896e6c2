using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Training;
using Spectre.Console;

namespace EchoLstm.Samples.Reporting;

/// <summary>Trains a model and shows it as --verbose asks: 0 not at all, 1 a bar (lines when redirected), 2 as Keras does. Ctrl-C ends it with what it had reached.</summary>
internal static class TrainingRun
{
    internal static History Show(SequentialModel model, TensorLike x, TensorLike y, int epochs, int batchSize, int verbose, string title, bool shuffle = true, (TensorLike X, TensorLike Y)? validation = null, params Callback[] also)
    {
        using var interrupt = new Interrupt();
        var token = interrupt.Token;
        var history = verbose switch
        {
            0 => Fit(),
            1 when Console.IsOutputRedirected => Fit(new FitLines(Console.Out)),
            1 => LiveBar.Run(AnsiConsole.Console, title, epochs, bar => Fit(new FitBar(bar))),
            _ => model.Fit(x, y, epochs, batchSize, verbose, shuffle, validationData: validation, callbacks: also, cancellationToken: token),
        };
        if (history.Outcome == FitOutcome.Canceled)
        {
            PartialHistory.Print(Console.Out, "epoch", [.. history.Loss.Select(loss => $"loss: {Figures.Loss(loss)}")], epochs);
            throw new OperationCanceledException(token);
        }
        return history;

        History Fit(params Callback[] callbacks) => model.Fit(x, y, epochs, batchSize, verbose: 0, shuffle, validationData: validation, callbacks: [.. also, .. callbacks], cancellationToken: token);
    }
}
