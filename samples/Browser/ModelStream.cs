using EchoLstm.Inference;

namespace EchoLstm.Browser;

/// <summary>A stream of any model, fed with waves, or with 0 and 1 in turn where it reads indices.</summary>
internal sealed class ModelStream(InferenceModel model) : IDisposable
{
    /// <summary>How many outputs, and how many steps of them, are kept.</summary>
    internal const int MostOutputs = 4, MostSteps = 240;

    private readonly InferenceStream _stream = model.OpenStream();
    private readonly float[] _x = new float[model.InputShape.Skip(2).Aggregate(1L, (product, length) => product * length!.Value)];

    internal InferenceModel Model => model;

    internal long Steps => _stream.StepsRead;

    /// <summary>What the model said last.</summary>
    internal float[] Output { get; private set; } = [];

    /// <summary>The first outputs of the last steps.</summary>
    internal List<float>[] Lines { get; private set; } = [];

    /// <summary>The lowest and the highest number that they had so far.</summary>
    internal (float Low, float High) Range { get; private set; } = (float.MaxValue, float.MinValue);

    internal void Step()
    {
        Output = Output.Length > 0 ? Output : new float[_stream.OutputLength];
        for (var i = 0; i < _x.Length; i++)
        {
            _x[i] = MathF.Sin(Steps * 0.05f * (i + 1));
        }
        if (model.ReadsIndices)
        {
            _stream.Step([(int)(Steps % 2)], Output);
        }
        else
        {
            _stream.Step(_x, Output);
        }
        Lines = Lines.Length > 0 ? Lines : [.. Output.Take(MostOutputs).Select(_ => new List<float>())];
        for (var i = 0; i < Lines.Length; i++)
        {
            Lines[i].Add(Output[i]);
            Range = (Math.Min(Range.Low, Output[i]), Math.Max(Range.High, Output[i]));
            if (Lines[i].Count > MostSteps)
            {
                Lines[i].RemoveAt(0);
            }
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        model.Dispose();
    }
}
