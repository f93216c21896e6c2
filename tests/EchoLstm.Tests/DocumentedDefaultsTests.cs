using System.ComponentModel;
using System.Reflection;
using System.Xml.Linq;

namespace EchoLstm.Tests;

/// <summary>The documentation of an optional parameter says its default, and that is what the code has.</summary>
public class DocumentedDefaultsTests
{
    [Theory]
    [InlineData(typeof(Shape))]
    [InlineData(typeof(EchoLstm.Layers.Layer))]
    [InlineData(typeof(EchoLstm.Interop.KerasFile))]
    public void Every_default_is_said(Type inside)
    {
        var library = inside.Assembly;
        var members = XDocument.Load(Path.ChangeExtension(library.Location, ".xml")).Descendants("member").ToList();
        List<string> faults = [];
        var defaults = 0;
        foreach (var method in library.GetExportedTypes().SelectMany(type => type.GetMembers(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)).OfType<MethodBase>())
        {
            var optional = method.GetParameters().Where(parameter => parameter.HasDefaultValue && parameter.ParameterType != typeof(CancellationToken)).ToList();
            // What nobody is shown is refused when it is called.
            if (optional.Count == 0 || method.GetCustomAttribute<EditorBrowsableAttribute>() is not null)
            {
                continue;
            }
            if (Documentation(members, method) is not { } said)
            {
                faults.Add($"{method.DeclaringType!.Name}.{method.Name} is not documented");
                continue;
            }
            defaults += optional.Count;
            faults.AddRange(optional.Where(parameter => !Says(said[parameter.Name!], parameter)).Select(parameter => $"{method.DeclaringType!.Name}.{method.Name}: {parameter}"));
        }

        defaults.Should().BePositive("else the search is broken");
        string.Join(Environment.NewLine, faults).Should().BeEmpty();
    }

    // Null may be told in words; a number, a name or a text stands in <value>, alone or before a colon.
    private static bool Says(XElement text, ParameterInfo parameter)
    {
        var value = text.Element("value")?.Value;
        return parameter.DefaultValue switch
        {
            null when parameter.ParameterType is { IsValueType: true } and not { IsGenericType: true } => value is not null,
            null => text.Value.Contains("null", StringComparison.Ordinal) || value is not null,
            bool or string => value == Convert.ToString(parameter.DefaultValue, CultureInfo.InvariantCulture)!.Replace("True", "true").Replace("False", "false"),
            Enum name => value?.Split(':')[0] == name.ToString(),
            IConvertible number => value is not null && double.Parse(value.Split(':')[0], CultureInfo.InvariantCulture) == (parameter.ParameterType == typeof(float) ? number.ToSingle(null) : number.ToDouble(null)),
            _ => value is not null,
        };
    }

    // The parameters' texts; null where there are none.
    private static Dictionary<string, XElement>? Documentation(IEnumerable<XElement> members, MethodBase method)
    {
        var start = $"M:{method.DeclaringType!.FullName}.{(method.IsConstructor ? "#ctor" : method.Name)}";
        var names = method.GetParameters().Select(parameter => parameter.Name!).ToList();
        var types = method.GetParameters().Select(parameter => parameter.ParameterType.IsArray || parameter.ParameterType.IsGenericType || parameter.ParameterType.IsGenericParameter ? "" : parameter.ParameterType.FullName!.Replace('+', '.')).ToList();
        return members
            .Where(member => member.Attribute("name")!.Value is var id && id.StartsWith(start, StringComparison.Ordinal) && id[start.Length..].TrimStart('`', '1', '2', '3').StartsWith('(')
                && types.TrueForAll(type => id.Contains(type, StringComparison.Ordinal)))
            .Select(member => member.Elements("param").ToDictionary(param => param.Attribute("name")!.Value))
            .FirstOrDefault(said => said.Keys.SequenceEqual(names));
    }
}
