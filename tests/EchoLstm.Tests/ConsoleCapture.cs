using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace EchoLstm.Tests;

/// <summary>While it lives, what a test and its threads print comes here; tests that run beside it print where they did.</summary>
internal sealed class ConsoleCapture : IDisposable
{
    private static readonly AsyncLocal<ConsoleCapture?> Current = new();

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    internal ConsoleCapture() => Current.Value = this;

    internal string Output => _output.ToString();

    internal string Error => _error.ToString();

    public void Dispose() => Current.Value = null;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Before anyone keeps the console's writers.")]
    internal static void Install()
    {
        Console.SetOut(new Router(Console.Out, capture => capture._output));
        Console.SetError(new Router(Console.Error, capture => capture._error));
    }

    private sealed class Router(TextWriter console, Func<ConsoleCapture, TextWriter> writerOf) : TextWriter
    {
        public override Encoding Encoding => console.Encoding;

        private TextWriter Writer => Current.Value is { } capture ? writerOf(capture) : console;

        public override void Write(char value) => Writer.Write(value);

        public override void Write(char[] buffer, int index, int count) => Writer.Write(buffer, index, count);

        public override void Write(string? value) => Writer.Write(value);

        public override void Flush() => Writer.Flush();
    }
}
