using System.Reflection;
using TorchSharp.Utils;

namespace TorchSharp;

/// <summary>The names of a module's fields as components.</summary>
public static class FieldInfoExtensionMethods
{
    /// <summary>The name that <see cref="ComponentNameAttribute"/> gives a field, or the field's own.</summary>
    /// <param name="field">The field.</param>
    public static string ComponentName(this FieldInfo field)
        => field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
}
