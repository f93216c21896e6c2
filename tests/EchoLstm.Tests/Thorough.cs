namespace EchoLstm.Tests;

/// <summary>How often a test that searches by chance tries; ECHOLSTM_THOROUGH=1 asks for all of it, as tests/every-way.sh does.</summary>
internal static class Thorough
{
    private const string Variable = "ECHOLSTM_THOROUGH";

    internal static bool IsAsked => Environment.GetEnvironmentVariable(Variable) is "1";

    internal static int Or(int usual, int thorough) => IsAsked ? thorough : usual;
}
