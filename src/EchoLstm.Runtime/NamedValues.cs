using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EchoLstm;

/// <summary>Values by name, in order; a name that is not there is told with those that are.</summary>
/// <param name="what">What they are, e.g. <c>metric</c>.</param>
/// <param name="values">The values, with names that differ.</param>
internal sealed class NamedValues<T>(string what, IEnumerable<KeyValuePair<string, T>> values) : IReadOnlyDictionary<string, T>
{
    private readonly Dictionary<string, T> _values = new(values);

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<T> Values => _values.Values;

    public T this[string key] => _values.TryGetValue(key, out var value) ? value
        : throw new KeyNotFoundException($"There is no {what} '{key}'; there is {string.Join(", ", _values.Keys)}.");

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
