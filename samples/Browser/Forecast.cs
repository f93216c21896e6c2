using EchoLstm.Data;
using EchoLstm.Inference;
using EchoLstm.Samples;

namespace EchoLstm.Browser;

/// <summary>The sunspot model as a stream: it has read the months up to one, and says those that follow.</summary>
internal sealed class Forecast : IDisposable
{
    private readonly InferenceStream _stream;
    private readonly FeatureScaler _scaler;
    private readonly float[] _series;
    private readonly float[] _ahead;

    internal Forecast(InferenceModel model)
    {
        _stream = model.OpenStream();
        _scaler = model.Scalers["sunspots"];
        Levels = SunspotSeries.Read();
        _series = _scaler.Transform(Levels);
        _ahead = new float[_stream.OutputLength];
    }

    /// <summary>The sunspot numbers that are known.</summary>
    internal float[] Levels { get; }

    /// <summary>The month that was read last.</summary>
    internal int Month => (int)_stream.StepsRead - 1;

    /// <summary>The sunspot numbers that the model says for the months after it.</summary>
    internal float[] Ahead => _scaler.InverseTransform(_ahead);

    /// <summary>Reads up to a month; an earlier one than the last from the first month on again.</summary>
    internal void MoveTo(int month)
    {
        if (month < Month)
        {
            _stream.Reset();
        }
        while (Month < month)
        {
            _stream.Step(_series.AsSpan(Month + 1, 1), _ahead);
        }
    }

    public void Dispose() => _stream.Dispose();
}
