using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Hunt;

/// <summary>How a call ended.</summary>
internal enum OutcomeKind
{
    /// <summary>It returned.</summary>
    Fine,

    /// <summary>It was refused, by an exception that the library documents and words.</summary>
    Refused,

    /// <summary>An exception of the caller's own: of its callback, or of a TorchSharp call that is not the library's.</summary>
    Theirs,

    /// <summary>An exception that was not meant: .NET's or TorchSharp's, from inside the library.</summary>
    Bare,

    /// <summary>The process ended, or stood still.</summary>
    Died,
}

/// <summary>How a call ended, and for a failure where.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="What">The exception's type and the method that it left; failures with the same are one fault.</param>
/// <param name="Message">The exception's message.</param>
internal sealed record Outcome(OutcomeKind Kind, string What = "", string Message = "")
{
    internal bool IsFailure => Kind is OutcomeKind.Bare or OutcomeKind.Died;

    /// <summary>What an exception says of the call that it left.</summary>
    internal static Outcome Of(Exception? error)
    {
        if (error is null)
        {
            return new(OutcomeKind.Fine);
        }
        var frames = new StackTrace(error).GetFrames().Select(frame => frame.GetMethod()!).Where(method => method is not null).ToList();
        Assembly[] library = [typeof(Shape).Assembly, typeof(SequentialModel).Assembly, typeof(KerasFile).Assembly];
        var asked = frames.TakeWhile(method => IsNet(method.Module.Name)).ToList();
        var thrower = frames.Skip(asked.Count).FirstOrDefault();
        // Other libraries are called by one of these.
        var caller = frames.Find(method => library.Contains(method.Module.Assembly) || method.Module.Assembly == typeof(Outcome).Assembly);
        var what = $"{error.GetType().Name} at {caller?.DeclaringType?.FullName}.{caller?.Name}";
        // Torch's own words end where its native frames begin.
        var message = error.Message.Split("\nException raised from ")[0];
        if (caller is null || !library.Contains(caller.Module.Assembly))
        {
            return new(OutcomeKind.Theirs, what, message);
        }
        what += error.InnerException is ExternalException ? ", which quotes Torch" : "";
        // What a user's module of TorchSharp says of its input, or of its parameters that are disposed.
        if (error is (ArgumentException or InvalidOperationException)
            && caller.DeclaringType == typeof(ModuleLayer) && thrower?.Module.Assembly == typeof(torch).Assembly)
        {
            return new(OutcomeKind.Theirs, what, message);
        }
        var worded = library.Contains(thrower?.Module.Assembly) && (asked.Count == 0 || IsOfSystem(error) || asked.Exists(IsAsked) || IsOfAPart(error));
        return new(worded && IsDocumented(error) ? OutcomeKind.Refused : OutcomeKind.Bare, what, message);
    }

    // .NET's words are meant where the library asks for them, such as by ArgumentNullException.ThrowIfNull, and about paths and files.
    private static bool IsAsked(MethodBase method) =>
        typeof(Exception).IsAssignableFrom(method.DeclaringType) || method.DeclaringType?.Namespace == typeof(Path).Namespace;

    // ObjectDisposedException.ThrowIf has no frame of its own where it was inlined.
    private static bool IsOfAPart(Exception error) =>
        error is ObjectDisposedException disposed && disposed.ObjectName.StartsWith(nameof(EchoLstm), StringComparison.Ordinal);

    private static bool IsDocumented(Exception error) =>
        error is ArgumentException or InvalidOperationException or NotSupportedException
            or TrainingDivergedException or InvalidDataException or InsufficientMemoryException
        || IsOfSystem(error);

    private static bool IsOfSystem(Exception error) => error is IOException or UnauthorizedAccessException or OperationCanceledException;

    private static bool IsNet(string module) => module.StartsWith("System.", StringComparison.Ordinal);
}
