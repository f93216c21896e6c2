namespace EchoLstm.Training;

/// <summary>Says when progress may be shown again: ten times a second at most.</summary>
internal sealed class Throttle(TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private long _last = clock.GetTimestamp();

    /// <summary>Whether a tenth of a second has passed since this was last true, or since the beginning.</summary>
    internal bool IsDue()
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_last, now) < Pause)
        {
            return false;
        }
        _last = now;
        return true;
    }
}
