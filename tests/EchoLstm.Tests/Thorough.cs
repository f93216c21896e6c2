namespace EchoLstm.Tests;

/// <summary>How often a test that searches by chance tries; ECHOLSTM_THOROUGH=1 asks for all of it, as tests/every-way.sh does.</summary>
internal static class Thorough
{
    private const string Variable = "ECHOLSTM_THOROUGH";

    internal static int Or(int usual, int thorough) => Environment.GetEnvironmentVariable(Variable) is "1" ? thorough : usual;
}
