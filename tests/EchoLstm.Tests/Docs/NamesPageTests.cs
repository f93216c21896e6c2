using System.Reflection;
using System.Text.RegularExpressions;
using EchoLstm.Layers;
using TorchSharp;

namespace EchoLstm.Tests.Docs;

/// <summary>Every name of the EchoLstm column of docs/names.md exists.</summary>
public partial class NamesPageTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly HashSet<string> Keywords = ["new", "true", "false", "null"];

    [Fact]
    public void Every_name_exists()
    {
        var known = new[] { typeof(Shape), typeof(EchoLstm.Layers.Layer) }.SelectMany(type => type.Assembly.GetExportedTypes()).Append(typeof(torch.nn.Module)).SelectMany(Names).ToHashSet();
        var rows = Row().Matches(DocsFolder.Read("names.md"));

        rows.Should().HaveCountGreaterThan(40);
        foreach (Match row in rows)
        {
            foreach (Match code in Code().Matches(row.Groups[1].Value))
            {
                Identifier().Matches(Text().Replace(code.Groups[1].Value, "")).Select(match => match.Value).Where(name => !Keywords.Contains(name))
                    .Should().BeSubsetOf(known, $"the row {row.Value} names them");
            }
        }
    }

    [Fact]
    public void Every_layer_callback_loss_and_optimiser_is_in_the_table()
    {
        var page = DocsFolder.Read("names.md");
        var types = new[] { typeof(Shape), typeof(EchoLstm.Layers.Layer) }.SelectMany(type => type.Assembly.GetExportedTypes()).Where(type => !type.IsAbstract
            && (typeof(Layer).IsAssignableFrom(type) || typeof(EchoLstm.Training.Callback).IsAssignableFrom(type) || typeof(EchoLstm.Training.Optimizer).IsAssignableFrom(type)));

        foreach (var name in types.Select(type => type.Name).Concat(typeof(EchoLstm.Training.Loss).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => !method.IsSpecialName).Select(method => method.Name)))
        {
            page.Should().MatchRegex($@"\b{name}\b", $"docs/names.md has a row for {name}");
        }
    }

    private static IEnumerable<string> Names(Type type)
    {
        yield return type.Name.Split('`')[0];
        foreach (var member in type.GetMembers(Everything).Where(IsVisible))
        {
            yield return member.Name;
            foreach (var parameter in (member as MethodBase)?.GetParameters() ?? [])
            {
                yield return parameter.Name!;
            }
        }
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic,
        FieldInfo field => field.IsPublic,
        PropertyInfo property => property.GetAccessors().Length > 0,
        _ => true,
    };

    [GeneratedRegex(@"(?m)^\|[^|]*\|[^|]*\|([^|]*)\|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Identifier();
}
