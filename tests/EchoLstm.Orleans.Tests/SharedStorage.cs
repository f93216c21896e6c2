using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace EchoLstm.Orleans.Tests;

/// <summary>A storage that silos share and that outlives them, as a database does; bytes, so that nothing is kept by reference.</summary>
internal sealed class SharedStorage(Serializer serializer, SharedStorage.Contents contents) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (contents.Rows.TryGetValue(grainId, out var row))
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = (serializer.Deserialize<T>(row.Bytes), row.ETag, true);
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (contents.Refuses)
        {
            throw new IOException("The disk is full.");
        }
        var row = new Row(serializer.SerializeToArray(grainState.State), Guid.NewGuid().ToString());
        contents.Rows.AddOrUpdate(
            grainId,
            row,
            (_, old) => old.ETag == grainState.ETag ? row : throw new InconsistentStateException("Another activation has written."));
        (grainState.ETag, grainState.RecordExists) = (row.ETag, true);
        Interlocked.Increment(ref contents.Writes);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        contents.Rows.TryRemove(grainId, out _);
        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }

    internal sealed class Contents
    {
        internal int Writes;

        internal ConcurrentDictionary<GrainId, Row> Rows { get; } = [];

        internal volatile bool Refuses;
    }

    internal sealed record Row(byte[] Bytes, string ETag);
}
