namespace EchoLstm.Tests.Training;

/// <summary>A clock that a test moves on.</summary>
internal sealed class ManualClock : TimeProvider
{
    private TimeSpan _now = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

    internal void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
