namespace EchoLstm.Samples.CommandLine;

/// <summary>A failure as one line for stderr.</summary>
internal static class ErrorLine
{
    internal static string Of(Exception failure)
    {
        // What a missing libtorch throws sits inside the failures of the static constructors that needed it.
        while (failure is TypeInitializationException or AggregateException && failure.InnerException is { } cause)
        {
            failure = cause;
        }
        return "error: " + string.Join(' ', failure.Message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
