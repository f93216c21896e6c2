using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace EchoLstm.Tests;

/// <summary>A child process that a parent asked to run its tests as people of another country do.</summary>
internal static class Cultures
{
    internal const string TaskOfChildren = "as in ";

    /// <summary>A country whose numbers are German and whose letters are nobody's: where the system has no cultures.</summary>
    internal const string MadeUp = "a country of numbers alone";

    /// <summary>The country that the parent named; null where this process is nobody's such child.</summary>
    internal static string? Asked => ChildRun.Task is { } task && task.StartsWith(TaskOfChildren, StringComparison.Ordinal) ? task[TaskOfChildren.Length..] : null;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Before any test's thread begins.")]
    internal static void Take()
    {
        if (Asked is { } name)
        {
            var culture = name == MadeUp ? GermanCulture.Make() : CultureInfo.GetCultureInfo(name);
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        }
    }
}
