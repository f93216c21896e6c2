#!/usr/bin/env bash
# TorchSharp's load with strict: false lists the parameters; one that the file lacks, and that keeps random values, is not listed.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using static TorchSharp.torch;

var (one, two) = (nn.Sequential(("first", nn.Linear(2, 2))), nn.Sequential(("first", nn.Linear(2, 2)), ("second", nn.Linear(2, 2))));
one.save("one.dat");
two.save("two.dat");
Dictionary<string, bool> missing = [], extra = [];
two.load("one.dat", strict: false, loadedParameters: missing);
one.load("two.dat", strict: false, loadedParameters: extra);
string Text(Dictionary<string, bool> list) =>
    string.Join(", ", list.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key} {entry.Value}"));
Console.WriteLine($"output    two layers from the file of one: {Text(missing)}");
Console.WriteLine($"output    one layer from the file of two: {Text(extra)}");
Finding.Expect(missing.Count == 2 && missing.Values.All(loaded => loaded),
    "the layer that the file lacks is not listed: all that is listed was loaded");
Finding.Expect(extra.Count == 4 && extra.Values.Count(loaded => !loaded) == 2, "the layer that the model lacks is listed as not loaded");
CS
torch
dotnet out/finding.dll
