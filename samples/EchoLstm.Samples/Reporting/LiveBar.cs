using Spectre.Console;
using Spectre.Console.Rendering;

namespace EchoLstm.Samples.Reporting;

/// <summary>A progress bar on a terminal, with a note behind it, drawn ten times a second however fast the steps are.</summary>
internal sealed class LiveBar
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ProgressTask _task;
    private readonly NoteColumn _note;

    private LiveBar(ProgressTask task, NoteColumn note)
    {
        _task = task;
        _note = note;
    }

    /// <summary>Draws the bar while the work runs.</summary>
    internal static T Run<T>(IAnsiConsole console, string title, int steps, Func<LiveBar, T> work)
    {
        var note = new NoteColumn();
        var progress = console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), note, new RemainingTimeColumn());
        progress.RefreshRate = Pause;
        return progress.Start(context => work(new LiveBar(context.AddTask(Markup.Escape(title), maxValue: steps), note)));
    }

    /// <summary>One step more; any thread may call it.</summary>
    internal void Advance(string note)
    {
        _note.Text = note;
        _task.Increment(1);
    }

    private sealed class NoteColumn : ProgressColumn
    {
        private volatile string _text = "";

        internal string Text
        {
            set => _text = value;
        }

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(_text);
    }
}
