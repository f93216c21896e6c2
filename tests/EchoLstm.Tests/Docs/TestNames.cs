using System.Reflection;

namespace EchoLstm.Tests.Docs;

/// <summary>What a page may name as the proof of a claim.</summary>
internal static class TestNames
{
    /// <summary>Every test as class and method, e.g. <c>LstmTests.It_has_...</c>.</summary>
    internal static IReadOnlySet<string> All { get; } = Assembly.GetExecutingAssembly().GetTypes()
        .SelectMany(type => type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute), inherit: true)).Select(method => $"{type.Name}.{method.Name}"))
        .ToHashSet();
}
