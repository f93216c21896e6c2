#!/usr/bin/env bash
# ONNX Runtime's LSTM and GRU: whether a NaN in the input is seen in the output depends on whether a bias is given, be it all zeros.
. "$(dirname "$0")/program.sh"
onnx
program Microsoft.ML.OnnxRuntime@1.31.1 <<'CS'
using Microsoft.ML.OnnxRuntime;

const int time = 4, features = 2, units = 3;

float[] Run(string op, int gates, bool bias)
{
    using var session = new InferenceSession(Onnx.Model(op, bias ? "X,W,R,B" : "X,W,R", "Y", Onnx.Attribute("hidden_size", units)));
    var weights = Enumerable.Range(0, gates * units * units).Select(i => .1f * (i % 7 - 3)).ToArray();
    float[] x = [float.NaN, .1f, .2f, .3f, .4f, .5f, .6f, .7f];
    var inputs = new Dictionary<string, OrtValue>
    {
        ["X"] = OrtValue.CreateTensorValueFromMemory(x, [time, 1, features]),
        ["W"] = OrtValue.CreateTensorValueFromMemory(weights[..(gates * units * features)], [1, gates * units, features]),
        ["R"] = OrtValue.CreateTensorValueFromMemory(weights, [1, gates * units, units]),
    };
    if (bias) inputs["B"] = OrtValue.CreateTensorValueFromMemory(new float[2 * gates * units], [1, 2 * gates * units]);
    using var outputs = session.Run(new RunOptions(), inputs, ["Y"]);
    var y = outputs[0].GetTensorDataAsSpan<float>().ToArray();
    var text = string.Join(" ", y.Select(value => value.ToString("0.000")));
    Console.WriteLine($"output    {op}, {(bias ? "bias of zeros" : "no bias")}: {text}");
    return y;
}

foreach (var (op, gates, first) in new[] { ("LSTM", 4, MathF.Tanh(1)), ("GRU", 3, 0f) })
{
    Finding.Expect(Run(op, gates, bias: false).All(float.IsNaN), $"{op} without bias: a NaN at the first step makes every output NaN");
    var y = Run(op, gates, bias: true);
    Finding.Expect(!y.Any(float.IsNaN), $"{op} with a bias of zeros: no output is NaN");
    Finding.Expect(y[..units].All(value => MathF.Abs(value - first) < 1e-4f),
        $"{op} with a bias of zeros: every unit of the step with the NaN is {first:0.0000}");
}
Finding.Expect(Run("RNN", 1, bias: true).All(float.IsNaN), "RNN with a bias of zeros: every output is NaN, as without");
CS
dotnet out/finding.dll
