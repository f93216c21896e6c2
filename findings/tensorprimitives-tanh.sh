#!/usr/bin/env bash
# TensorPrimitives.Tanh of float: not 0 at 0, the wrong sign beside it, and other values in a span of three than in one of four.
. "$(dirname "$0")/program.sh"
program System.Numerics.Tensors@10.0.15 <<'CS'
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

float Tanh(float value, int length)
{
    var values = new float[length];
    TensorPrimitives.Tanh(Enumerable.Repeat(value, length).ToArray(), values);
    return values[0];
}

Finding.Expect(Vector128.IsHardwareAccelerated, "vectors are on, as they are by default");
foreach (var value in new[] { 0, 1e-8f, 1e-5f, 1e-3f, .5f })
{
    Console.WriteLine($"output    tanh {value}: {Tanh(value, 1)} in a span of 1, {Tanh(value, 3)} of 3, {Tanh(value, 4)} of 4");
}
Finding.Expect(Tanh(0, 4) == -MathF.ScaleB(1, -24), "the tanh of 0 is -2^-24 in a span of four: a state of zeros does not stay so");
Finding.Expect(Tanh(0, 3) == 0, "and 0 in a span of three");
Finding.Expect(Tanh(1e-8f, 4) <= 0, "the tanh of 1e-8 is not positive");
Finding.Expect(Math.Abs(Tanh(1e-5f, 16) / 1e-5 - 1) > .003, "the tanh of 1e-5 is off by more than 0.3 %");
var differ = Enumerable.Range(1, 4000).Count(i => Tanh(i / 1000f, 3) != Tanh(i / 1000f, 4));
Console.WriteLine($"output    of 4000 values from 0.001 to 4, {differ} differ between spans of 3 and 4");
Finding.Expect(differ > 1000, "over a quarter of the values depends on the length of the span they are in");
CS
dotnet out/finding.dll
