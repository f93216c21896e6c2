#!/usr/bin/env bash
# PureHDF writes a dataset by a path such as lstm/kernel:0, and then no path finds it: the slash has become part of its name.
. "$(dirname "$0")/program.sh"
program PureHDF@2.2.0 <<'CS'
using PureHDF;

new H5File { ["lstm/kernel:0"] = new[] { 1f, 2 } }.Write("file.h5");
using var file = H5File.OpenRead("file.h5");
var refusal = "";
try { file.Dataset("lstm/kernel:0"); } catch (Exception error) { refusal = error.Message; }
var children = file.Children().ToList();
Console.WriteLine($"output    children of the root: {string.Join(" ", children.Select(child => child.Name))}");
Console.WriteLine($"output    Dataset(\"lstm/kernel:0\"): {refusal}");
Finding.Expect(children is [IH5Dataset { Name: "lstm/kernel:0" } child] && child.Read<float[]>() is [1, 2],
    "the root has one child, the dataset, with a slash in its name");
Finding.Expect(refusal != "" && !file.LinkExists("lstm/kernel:0"), "the path it was written by does not find it");
CS
dotnet out/finding.dll
