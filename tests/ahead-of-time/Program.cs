using System.Globalization;
using EchoLstm.Inference;

// Loads a saved model, predicts, streams, goes on from a saved state; prints the numbers.
using var model = InferenceModel.Load(args[0]);
var features = (int)model.InputShape.Last!.Value;
var x = new float[6 * features];
for (var i = 0; i < x.Length; i++)
{
    x[i] = MathF.Sin(i);
}
var y = new float[model.OutputLength(samples: 1, steps: 6)];
model.Predict(x, y);

using var stream = model.OpenStream();
for (var t = 0; t < 5; t++)
{
    stream.Step(x.AsSpan(t * features, features), new float[stream.OutputLength]);
}
using var other = model.OpenStream();
other.Restore(stream.SaveState());
var last = other.Step(x.AsSpan(5 * features, features));

Console.WriteLine(string.Join(' ', y.Concat(last).Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
