#!/usr/bin/env bash
# ONNX Runtime's LSTM: a row of length 0 does not hand its initial state on; the state comes back as zeros.
. "$(dirname "$0")/program.sh"
onnx
program Microsoft.ML.OnnxRuntime@1.31.1 <<'CS'
using Microsoft.ML.OnnxRuntime;

const int time = 3, batch = 2, features = 1, units = 2;

using var session = new InferenceSession(Onnx.Model("LSTM", "X,W,R,,lens,h0,c0", "Y,Y_h,Y_c", Onnx.Attribute("hidden_size", units)));
float[] state = [.1f, .2f, .3f, .4f];
var inputs = new Dictionary<string, OrtValue>
{
    ["X"] = OrtValue.CreateTensorValueFromMemory(new[] { 1f, 1, 2, 2, 3, 3 }, [time, batch, features]),
    ["W"] = OrtValue.CreateTensorValueFromMemory(new[] { .1f, .2f, .3f, .4f, .5f, .6f, .7f, .8f }, [1, 4 * units, features]),
    ["R"] = OrtValue.CreateTensorValueFromMemory(new float[4 * units * units], [1, 4 * units, units]),
    ["lens"] = OrtValue.CreateTensorValueFromMemory(new[] { 2, 0 }, [batch]),
    ["h0"] = OrtValue.CreateTensorValueFromMemory(state, [1, batch, units]),
    ["c0"] = OrtValue.CreateTensorValueFromMemory(state, [1, batch, units]),
};
using var outputs = session.Run(new RunOptions(), inputs, ["Y", "Y_h", "Y_c"]);
float[] Row(int output, int row) => outputs[output].GetTensorDataAsSpan<float>().Slice(row * units, units).ToArray();
Console.WriteLine($"given     h0 and c0 of the row of length 0: {string.Join(" ", state[units..])}");
Console.WriteLine($"output    Y_h {string.Join(" ", Row(1, 1))}, Y_c {string.Join(" ", Row(2, 1))}");
Finding.Expect(Row(1, 1).All(value => value == 0), "Y_h of the row of length 0 is zero");
Finding.Expect(Row(2, 1).All(value => value == 0), "Y_c of the row of length 0 is zero");
Finding.Expect(Row(2, 0).All(value => value != 0), "the row of length 2 has its state");
CS
dotnet out/finding.dll
