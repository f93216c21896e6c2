using System.Diagnostics;

namespace EchoLstm.Tests.Engines;

/// <summary>The memory that the process really holds.</summary>
internal static class ResidentMemory
{
    /// <summary>In bytes, after the garbage collector took what nobody needs.</summary>
    internal static long Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
