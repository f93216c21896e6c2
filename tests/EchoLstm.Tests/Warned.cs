using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Diagnostics.CodeAnalysis;

namespace EchoLstm.Tests;

/// <summary>While it lives, the warnings of a test's fits, whatever they print, come here: the library traces them.</summary>
internal sealed class Warned : IDisposable
{
    private static readonly AsyncLocal<Warned?> Current = new();

    private readonly List<string> _warnings = [];

    internal Warned() => Current.Value = this;

    internal IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_warnings)
            {
                return [.. _warnings];
            }
        }
    }

    public void Dispose() => Current.Value = null;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Before anything is trained.")]
    internal static void Install() => Trace.Listeners.Add(new Listener());

    private sealed class Listener : TraceListener
    {
        public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message)
        {
            if (eventType == TraceEventType.Warning && Current.Value is { } here)
            {
                lock (here._warnings)
                {
                    here._warnings.Add(message ?? "");
                }
            }
        }

        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message)
        {
        }
    }
}
