#!/usr/bin/env bash
# PureHDF: integers read as floats of the same size come as their bits, and floats as integers; nothing is converted or refused.
. "$(dirname "$0")/program.sh"
program PureHDF@2.2.0 <<'CS'
using PureHDF;

new H5File { ["steps"] = new[] { 1L, 2 }, ["weights"] = new[] { 1f, 2 } }.Write("file.h5");
using var file = H5File.OpenRead("file.h5");
var (steps, weights) = (file.Dataset("steps").Read<double[]>(), file.Dataset("weights").Read<int[]>());
var refusal = "";
try { file.Dataset("steps").Read<float[]>(); } catch (Exception error) { refusal = error.Message; }
Console.WriteLine($"output    int64 1 2 read as double: {string.Join(" ", steps)}; float32 1 2 read as int: {string.Join(" ", weights)}");
Console.WriteLine($"output    int64 read as float: {refusal}");
Finding.Expect(steps.SequenceEqual([double.Epsilon, 2 * double.Epsilon]),
    "the integers 1 and 2 become the two smallest doubles, without an error");
Finding.Expect(weights.SequenceEqual([1065353216, 1073741824]), "the floats 1 and 2 become 1065353216 and 1073741824, without an error");
Finding.Expect(refusal != "", "only where the sizes differ is it refused");
CS
dotnet out/finding.dll
