using System.Globalization;
using System.Reflection;

namespace EchoLstm.Tests;

/// <summary>An assembly's public types and members, one a line, sorted.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object", [typeof(byte)] = "byte",
    };

    private static readonly NullabilityInfoContext Nullability = new();

    internal static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        var name = FullName(type);
        yield return $"{name} : {Kind(type)}{Bases(type)}";
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetNames(type))
            {
                yield return $"{name}.{value} = {Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture)}";
            }
            yield break;
        }
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            yield return $"{name}{Parameters(type.GetMethod("Invoke")!)}";
            yield break;
        }
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
        {
            yield return $"{name}.{type.Name}{Parameters(constructor)}{Modifiers(constructor)}";
        }
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))))
        {
            var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
            yield return $"{name}.{method.Name}{generics}{Parameters(method)} -> {TypeName(method.ReturnParameter)}{Modifiers(method)}";
        }
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsVisible)))
        {
            var accessor = property.GetAccessors(true).First(IsVisible);
            var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(parameter => $"{TypeName(parameter)} {parameter.Name}"))}]" : "";
            yield return $"{name}.{property.Name}{index} : {TypeName(property)} {{ {string.Join(' ', Accessors(property))} }}{Modifiers(accessor)}";
        }
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
        {
            yield return $"{name}.{field.Name} : {TypeName(field.FieldType, null)}{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")}";
        }
        foreach (var @event in type.GetEvents(Declared).Where(@event => IsVisible(@event.AddMethod!)))
        {
            yield return $"{name}.{@event.Name} : event {TypeName(@event.EventHandlerType!, null)}";
        }
    }

    private static bool IsVisible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (property.GetMethod is { } get && IsVisible(get))
        {
            yield return "get;";
        }
        if (property.SetMethod is { } set && IsVisible(set))
        {
            yield return set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init;" : "set;";
        }
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string Bases(Type type)
    {
        if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
        {
            return "";
        }
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var names = type.GetInterfaces().Except(inherited).Where(one => one.IsVisible).Select(one => TypeName(one, null)).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
        {
            names.Insert(0, TypeName(parent, null));
        }
        return names.Count == 0 ? "" : $" of {string.Join(", ", names)}";
    }

    private static string Modifiers(MethodBase method) =>
        (method.IsStatic ? " static" : "") + (method.IsAbstract ? " abstract" : method is MethodInfo { IsVirtual: true, IsFinal: false } && !method.DeclaringType!.IsSealed ? " virtual" : "") + (method.IsPublic ? "" : " protected");

    private static string Parameters(MethodBase method) => $"({string.Join(", ", method.GetParameters().Select(Parameter))})";

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? parameter.IsIn ? "in " : "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.GetCustomAttributes().Any(attribute => attribute.GetType().Name == "ParamCollectionAttribute") ? "params " : "";
        var value = parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue, parameter.ParameterType)}" : "";
        return $"{prefix}{TypeName(parameter)} {parameter.Name}{value}";
    }

    private static string Literal(object? value, Type? type = null) => value switch
    {
        null => type is { IsValueType: true } && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ when type is { IsEnum: true } => $"{type.Name}.{Enum.ToObject(type, value)}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string TypeName(ParameterInfo parameter) => TypeName(parameter.ParameterType, Nullability.Create(parameter));

    private static string TypeName(PropertyInfo property) => TypeName(property.PropertyType, Nullability.Create(property));

    private static string TypeName(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return TypeName(type.GetElementType()!, nullability);
        }
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return TypeName(underlying, null) + "?";
        }
        var mark = nullability is not null && !type.IsValueType && (nullability.ReadState == NullabilityState.Nullable || nullability.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
        {
            return $"{TypeName(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mark;
        }
        if (!type.IsGenericType)
        {
            return type.Name + mark;
        }
        var arguments = type.GetGenericArguments().Select((argument, i) => TypeName(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal)
            ? $"({string.Join(", ", arguments)})"
            : $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", arguments)}>{mark}";
    }

    private static string FullName(Type type) =>
        type.DeclaringType is { } outer ? $"{FullName(outer)}.{type.Name}" : $"{type.Namespace}.{(type.IsGenericTypeDefinition ? TypeName(type, null) : type.Name)}";
}
