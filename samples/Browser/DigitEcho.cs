using System.Globalization;
using EchoLstm.Inference;

namespace EchoLstm.Browser;

/// <summary>The echo model as a stream: reads a text's digits, and says after each how likely each digit is to be the one some steps before.</summary>
internal sealed class DigitEcho(InferenceModel model) : IDisposable
{
    internal const int Digits = 10;

    private readonly InferenceStream _stream = model.OpenStream();
    private readonly List<int> _typed = [];
    private readonly List<float[]> _said = [];

    /// <summary>How many steps later a digit comes.</summary>
    internal int Delay { get; } = int.Parse(model.Metadata["delay"], CultureInfo.InvariantCulture);

    /// <summary>The digits that were read.</summary>
    internal IReadOnlyList<int> Typed => _typed;

    /// <summary>What the model said after each: a probability a digit.</summary>
    internal IReadOnlyList<float[]> Said => _said;

    /// <summary>The digit that is likeliest after a step.</summary>
    internal int Likeliest(int step) => _said[step].AsSpan().IndexOf(_said[step].Max());

    /// <summary>Reads what came to the end of the text; where anything else has changed, all of it again.</summary>
    internal void Read(string text)
    {
        int[] digits = [.. text.Where(char.IsAsciiDigit).Select(letter => letter - '0')];
        if (!digits.AsSpan().StartsWith(_typed.ToArray()))
        {
            _stream.Reset();
            _typed.Clear();
            _said.Clear();
        }
        foreach (var digit in digits.AsSpan(_typed.Count))
        {
            var oneHot = new float[Digits];
            oneHot[digit] = 1;
            _said.Add(_stream.Step(oneHot));
            _typed.Add(digit);
        }
    }

    public void Dispose() => _stream.Dispose();
}
