#!/usr/bin/env bash
# ONNX Runtime's LSTM: activation_alpha with one entry per function is misread: functions without an alpha take none.
. "$(dirname "$0")/program.sh"
onnx
program Microsoft.ML.OnnxRuntime@1.31.1 <<'CS'
using Microsoft.ML.OnnxRuntime;

// The candidate's function is HardSigmoid, the second of three; Sigmoid and Tanh have no alpha.
float Run(params float[] alpha)
{
    using var session = new InferenceSession(Onnx.Model("LSTM", "X,W,R", "Y", Onnx.Attribute("hidden_size", 1),
        Onnx.Attribute("activations", "Sigmoid", "HardSigmoid", "Tanh"), Onnx.Attribute("activation_alpha", alpha)));
    var inputs = new Dictionary<string, OrtValue>
    {
        ["X"] = OrtValue.CreateTensorValueFromMemory(new[] { 1f }, [1, 1, 1]),
        ["W"] = OrtValue.CreateTensorValueFromMemory(new[] { 0f, 0, 0, 1 }, [1, 4, 1]),
        ["R"] = OrtValue.CreateTensorValueFromMemory(new float[4], [1, 4, 1]),
    };
    using var outputs = session.Run(new RunOptions(), inputs, ["Y"]);
    return outputs[0].GetTensorDataAsSpan<float>()[0];
}

// The gates are 1/2, so the output is tanh(candidate / 2) / 2 with candidate = alpha * 1 + 1/2.
float Output(float alpha) => MathF.Tanh((alpha + .5f) / 2) / 2;
bool Is(float value, float alpha) => MathF.Abs(value - Output(alpha)) < 1e-5f;
var (perFunction, alone) = (Run(0, .3f, 0), Run(.3f));
Console.WriteLine($"output    alpha 0, 0.3, 0: {perFunction:0.00000}; 0.3 alone: {alone:0.00000}; right for 0.3: {Output(.3f):0.00000}");
Finding.Expect(Is(perFunction, 0), "alpha 0, 0.3, 0 for Sigmoid, HardSigmoid, Tanh: HardSigmoid computes with 0, the entry of Sigmoid");
Finding.Expect(Is(alone, .3f), "alpha 0.3 alone: HardSigmoid computes with it");
CS
dotnet out/finding.dll
