#!/usr/bin/env bash
# TorchSharp's CyclicLR: the momentum rises with the learning rate, from max_momentum up to 1, and never falls to base_momentum.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;
using TorchSharp.Modules;

using var weight = new Parameter(torch.zeros(1));
using var sgd = torch.optim.SGD([weight], .1, momentum: .85);
var cyclic = torch.optim.lr_scheduler.CyclicLR(sgd, base_lr: .1, max_lr: .5, step_size_up: 2, base_momentum: .8, max_momentum: .9);
var group = sgd.ParamGroups.Single();
var seen = new List<(double Rate, double Momentum)>();
for (var step = 0; step < 5; step++)
{
    seen.Add((group.LearningRate, ((SGD.ParamGroup)group).Momentum));
    sgd.step();
    cyclic.step();
}
Console.WriteLine($"output    learning rate: {string.Join(" ", seen.Select(s => s.Rate.ToString("0.00")))}");
Console.WriteLine($"output    momentum:      {string.Join(" ", seen.Select(s => s.Momentum.ToString("0.00")))}");
bool Are(IEnumerable<double> values, params double[] wanted) => values.Zip(wanted).All(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
Finding.Expect(Are(seen.Select(s => s.Rate), .1, .3, .5, .3, .1), "the learning rate goes from base_lr to max_lr and back");
Finding.Expect(Are(seen.Select(s => s.Momentum), .9, .95, 1, .95, .9),
    "the momentum goes from 0.9 to 1 and back, though base_momentum is 0.8 and max_momentum 0.9");
CS
torch
dotnet out/finding.dll
