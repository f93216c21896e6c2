namespace TorchSharp;

/// <summary>Counts what a thread created, disposed and moved of one kind of object.</summary>
public class LifetimeStatistics
{
    /// <summary>How many were created while no scope was open.</summary>
    public long CreatedOutsideScopeCount { get; internal set; }

    /// <summary>How many were disposed that no scope held.</summary>
    public long DisposedOutsideScopeCount { get; internal set; }

    /// <summary>How many were created while a scope was open.</summary>
    public long CreatedInScopeCount { get; internal set; }

    /// <summary>How many were disposed that a scope held.</summary>
    public long DisposedInScopeCount { get; internal set; }

    /// <summary>How many were attached to a scope by hand.</summary>
    public long AttachedToScopeCount { get; internal set; }

    /// <summary>How many were taken out of their scope.</summary>
    public long DetachedFromScopeCount { get; internal set; }

    /// <summary>How many were created and not disposed. What finalisers free is not counted as disposed on this thread.</summary>
    public long ThreadTotalLiveCount => CreatedInScopeCount - DisposedInScopeCount + CreatedOutsideScopeCount - DisposedOutsideScopeCount;

    /// <summary>Sets all counts to zero.</summary>
    public void Reset()
    {
        CreatedOutsideScopeCount = 0;
        DisposedOutsideScopeCount = 0;
        CreatedInScopeCount = 0;
        DisposedInScopeCount = 0;
        AttachedToScopeCount = 0;
        DetachedFromScopeCount = 0;
    }

    /// <summary>All counts in one line.</summary>
    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutsideScopeCount: {CreatedOutsideScopeCount}; " +
        $"DisposedOutsideScopeCount: {DisposedOutsideScopeCount}; CreatedInScopeCount: {CreatedInScopeCount}; " +
        $"DisposedInScopeCount: {DisposedInScopeCount}; AttachedToScopeCount: {AttachedToScopeCount}; " +
        $"DetachedFromScopeCount: {DetachedFromScopeCount}";
}
