#!/usr/bin/env bash
# TorchSharp's Linear: the bits of one row's output depend on how many rows are beside it, so that a stream gives others than the sequence.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;
using static TorchSharp.torch;

manual_seed(1);
using var dense = nn.Linear(64, 32);
using var steps = randn(640, 64);
using var without = no_grad();
using var whole = dense.call(steps);

// How many of the rows have the same bits when they come in pieces.
int Same(int rows) => Enumerable.Range(0, 640 / rows).Count(i =>
{
    using var piece = dense.call(steps.narrow(0, i * rows, rows));
    return piece.equal(whole.narrow(0, i * rows, rows)).all().item<bool>();
}) * rows;

using var again = dense.call(steps);
using var alone = dense.call(steps.narrow(0, 0, 1));
using var apart = (alone - whole.narrow(0, 0, 1)).abs().max();
Console.WriteLine($"output    of 640 rows one by one have the same bits: {Same(1)}; the first is {apart.item<float>():0.0e0} apart at most");
Finding.Expect(again.equal(whole).all().item<bool>(), "the same rows together give the same bits again");
Finding.Expect(Same(1) < 640, "one by one some have others");
Finding.Expect(apart.item<float>() < 1e-5, "the difference is one of rounding");
CS
torch
dotnet out/finding.dll
