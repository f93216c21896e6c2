using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that remembers the order in which its keys were added.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public class OrderedDict<TKey, TValue> : IDictionary<TKey, TValue>, IList<(TKey, TValue)>
    where TKey : notnull
{
    private readonly List<(TKey, TValue)> _list = [];
    private readonly Dictionary<TKey, TValue> _dict = [];

    /// <summary>Removes everything.</summary>
    public void clear() => Clear();

    /// <summary>The pairs in order.</summary>
    public IEnumerator<(TKey, TValue)> items() => GetEnumerator();

    /// <summary>The keys in order.</summary>
    public IEnumerable<TKey> keys() => Keys;

    /// <summary>The values in order.</summary>
    public IEnumerable<TValue> values() => Values;

    /// <summary>The pair at a position.</summary>
    /// <param name="index">The position, from 0.</param>
    public (TKey, TValue) this[int index]
    {
        get => _list[index];
        set
        {
            if (!_dict.Comparer.Equals(_list[index].Item1, value.Item1))
            {
                _dict.Add(value.Item1, value.Item2);
                _dict.Remove(_list[index].Item1);
            }
            _list[index] = value;
            _dict[value.Item1] = value.Item2;
        }
    }

    /// <summary>The value of a key; setting a new key adds it at the end.</summary>
    /// <param name="key">The key.</param>
    public TValue this[TKey key]
    {
        get => _dict[key];
        set
        {
            if (_dict.ContainsKey(key)) _list[Find(key)] = (key, value);
            else _list.Add((key, value));
            _dict[key] = value;
        }
    }

    /// <summary>Always false.</summary>
    public bool IsReadOnly => false;

    /// <summary>The keys in order.</summary>
    public ICollection<TKey> Keys => _list.ConvertAll(pair => pair.Item1);

    /// <summary>The values in order.</summary>
    public ICollection<TValue> Values => _list.ConvertAll(pair => pair.Item2);

    /// <summary>The number of pairs.</summary>
    public int Count => _list.Count;

    /// <summary>Adds a pair at the end; its key must be new.</summary>
    /// <param name="item">The pair.</param>
    public void Add((TKey, TValue) item) => Add(item.Item1, item.Item2);

    /// <summary>Adds a pair at the end; its key must be new.</summary>
    /// <param name="item">The pair.</param>
    public void Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    /// <summary>Adds a pair at the end; its key must be new.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(TKey key, TValue value)
    {
        _dict.Add(key, value);
        _list.Add((key, value));
    }

    /// <summary>Inserts a pair; its key must be new.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <param name="item">The pair.</param>
    public void Insert(int index, (TKey, TValue) item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, (uint)_list.Count, nameof(index));
        _dict.Add(item.Item1, item.Item2);
        _list.Insert(index, item);
    }

    /// <summary>Removes a key and its value.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(TKey key)
    {
        if (!_dict.Remove(key)) return false;
        _list.RemoveAt(Find(key));
        return true;
    }

    /// <summary>Removes a pair, if key and value are those.</summary>
    /// <param name="item">The pair.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove((TKey, TValue) item) => Contains(item) && Remove(item.Item1);

    /// <summary>Removes a pair, if key and value are those.</summary>
    /// <param name="item">The pair.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(KeyValuePair<TKey, TValue> item) => Remove((item.Key, item.Value));

    /// <summary>Removes the pair at a position.</summary>
    /// <param name="index">The position, from 0.</param>
    public void RemoveAt(int index)
    {
        if (index >= _list.Count) throw new IndexOutOfRangeException();
        _dict.Remove(_list[index].Item1);
        _list.RemoveAt(index);
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _dict.Clear();
        _list.Clear();
    }

    /// <summary>Whether a pair is there.</summary>
    /// <param name="item">The pair.</param>
    public bool Contains((TKey, TValue) item) => _list.Contains(item);

    /// <summary>Whether a pair is there.</summary>
    /// <param name="item">The pair.</param>
    public bool Contains(KeyValuePair<TKey, TValue> item) => Contains((item.Key, item.Value));

    /// <summary>Whether a key is there.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(TKey key) => _dict.ContainsKey(key);

    /// <summary>The value of a key, if it is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it was there.</returns>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _dict.TryGetValue(key, out value);

    /// <summary>The position of a pair, or -1.</summary>
    /// <param name="item">The pair.</param>
    public int IndexOf((TKey, TValue) item) => _list.IndexOf(item);

    /// <summary>Copies the pairs in order.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first position to write.</param>
    public void CopyTo((TKey, TValue)[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

    /// <summary>Copies the pairs in order.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first position to write.</param>
    public void CopyTo(KeyValuePair<TKey, TValue>[] array, int arrayIndex)
        => _list.ConvertAll(pair => KeyValuePair.Create(pair.Item1, pair.Item2)).CopyTo(array, arrayIndex);

    /// <summary>The pairs in order.</summary>
    public IEnumerator<(TKey, TValue)> GetEnumerator() => _list.GetEnumerator();

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator()
        => _list.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryAdd(TKey key, TValue value)
    {
        if (!_dict.TryAdd(key, value)) return false;
        _list.Add((key, value));
        return true;
    }

    private int Find(TKey key) => _list.FindIndex(pair => _dict.Comparer.Equals(pair.Item1, key));
}
