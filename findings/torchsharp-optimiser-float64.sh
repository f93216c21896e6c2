#!/usr/bin/env bash
# TorchSharp: a model moved to float64 after its optimiser was made either fails with a number for a key, or trains on with float32 moments.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;
using static TorchSharp.torch;

// What the first step in float64 throws, or null; and the type of the optimiser's moments then.
string Step(string name, nn.Module layer, Func<Tensor, Tensor> call, bool trainedBefore)
{
    using var adam = optim.Adam(layer.parameters(), .1);
    void Train(ScalarType type)
    {
        adam.zero_grad();
        call(ones([2, 3, 4], type)).sum().backward();
        adam.step();
    }
    if (trainedBefore) Train(float32);
    layer.to(float64);
    string result;
    try
    {
        Train(float64);
        var state = (TorchSharp.Modules.Adam.State)adam.state_dict().State.First();
        result = $"no error, weights {layer.parameters().First().dtype}, moments {state.exp_avg.dtype}";
    }
    catch (KeyNotFoundException error)
    {
        result = $"{nameof(KeyNotFoundException)}: {error.Message}";
    }
    Console.WriteLine($"output    {name}, {(trainedBefore ? "after" : "before")} the first step: {result}");
    return result;
}

var (linear, lstm, trained) = (nn.Linear(4, 2), nn.LSTM(4, 2), nn.LSTM(4, 2));
Finding.Expect(Step("Linear", linear, linear.call, false).StartsWith("Key"),
    "Linear moved before the first step: the error names a number, no parameter");
Finding.Expect(Step("LSTM", trained, x => trained.call(x).Item1, true).StartsWith("Key"), "LSTM moved after a step: the same");
Finding.Expect(Step("LSTM", lstm, x => lstm.call(x).Item1, false) == "no error, weights Float64, moments Float32",
    "LSTM moved before the first step: no error, moments stay float32");
CS
torch
dotnet out/finding.dll
