namespace EchoLstm.Tests.Kernels;

/// <summary>
/// The widths that each check of the kernels' building blocks runs with; .NET computes those the machine lacks in software.
/// </summary>
internal static class Widths
{
    internal static TheoryData<int> All => [16, 8, 4, 1];

    internal static void Run(int width, Action of16, Action of8, Action of4, Action of1) => (width switch { 16 => of16, 8 => of8, 4 => of4, _ => of1 })();
}
