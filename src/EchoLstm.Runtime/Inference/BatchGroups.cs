using System.Runtime.InteropServices;

namespace EchoLstm.Inference;

/// <summary>
/// Requests that wait, by what can share a batch: samples of as many time steps for the same model. Of all batches that may begin, the
/// one goes first whose first request came first, and within it the requests go as they came. Used by one thread at a time.
/// </summary>
internal sealed class BatchGroups(int maxRows, TimeSpan maxDelay, TimeProvider clock)
{
    private readonly Dictionary<(InferenceModel Model, int Steps), Queue<BatchRequest>> _groups = [];
    private long _came;

    internal void Add(BatchRequest request)
    {
        request.Number = _came++;
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, (request.Model, request.Steps), out _);
        (group ??= []).Enqueue(request);
    }

    /// <summary>The next batch that is full or has waited long enough; null where there is none.</summary>
    /// <param name="now">The clock's ticks when the last of the requests were looked for.</param>
    /// <param name="all">Whether none has to wait for others.</param>
    internal List<BatchRequest>? Take(long now, bool all = false)
    {
        Queue<BatchRequest>? first = null;
        (InferenceModel, int) key = default;
        foreach (var (place, group) in _groups)
        {
            while (group.TryPeek(out var head) && head.IsOver)
            {
                _ = group.Dequeue();
            }
            if (group.Count == 0)
            {
                _ = _groups.Remove(place); // a dictionary bears that while it is gone through
            }
            else if ((all || IsFull(group) || LeftOf(group, now) <= TimeSpan.Zero)
                && (first is null || group.Peek().Number < first.Peek().Number))
            {
                (first, key) = (group, place);
            }
        }
        if (first is null)
        {
            return null;
        }
        var batch = new List<BatchRequest>();
        while (batch.Count < maxRows && first.TryDequeue(out var request))
        {
            if (!request.IsOver)
            {
                batch.Add(request);
            }
        }
        if (first.Count == 0)
        {
            _ = _groups.Remove(key);
        }
        return batch.Count > 0 ? batch : Take(now, all);
    }

    /// <summary>How long the first of the requests that wait has still to wait; null where none waits.</summary>
    internal TimeSpan? Left(long now) => _groups.Count == 0 ? null : _groups.Values.Min(group => LeftOf(group, now));

    private TimeSpan LeftOf(Queue<BatchRequest> group, long now) => maxDelay - clock.GetElapsedTime(group.Peek().Arrived, now);

    // Requests that are over fill no batch.
    private bool IsFull(Queue<BatchRequest> group) =>
        group.Count >= maxRows && group.Where(request => !request.IsOver).Skip(maxRows - 1).Any();
}
