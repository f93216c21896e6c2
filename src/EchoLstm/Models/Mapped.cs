using System.Collections;

namespace EchoLstm.Models;

/// <summary>What a function makes of a list's elements, each time that they are asked for.</summary>
internal sealed class MappedList<T>(IReadOnlyList<T> source, Func<T, GivenSamples> map) : IReadOnlyList<GivenSamples>
{
    public int Count => source.Count;

    public GivenSamples this[int index] => map(source[index]);

    public IEnumerator<GivenSamples> GetEnumerator() => source.Select(map).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Elements that are counted but have no places.</summary>
internal sealed class MappedCollection(int count, Func<IEnumerable<GivenSamples>> begin) : IReadOnlyCollection<GivenSamples>
{
    public int Count => count;

    public IEnumerator<GivenSamples> GetEnumerator() => begin().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
