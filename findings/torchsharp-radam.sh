#!/usr/bin/env bash
# TorchSharp's RAdam: from the sixth step on the learning rate is multiplied in twice.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;

// How far each of seven steps goes, as a multiple of the learning rate; the gradient is 1 throughout.
double[] Steps(double rate)
{
    using var weight = new TorchSharp.Modules.Parameter(torch.zeros(1, torch.float64));
    using var radam = torch.optim.RAdam([weight], rate);
    var steps = new double[7];
    for (var i = 0; i < steps.Length; i++)
    {
        radam.zero_grad();
        weight.sum().backward();
        var before = weight.item<double>();
        radam.step();
        steps[i] = (before - weight.item<double>()) / rate;
    }
    Console.WriteLine($"output    rate {rate}: steps / rate = {string.Join(" ", steps.Select(step => step.ToString("0.000000")))}");
    return steps;
}

var (tenth, hundredth) = (Steps(.1), Steps(.01));
bool Near(double a, double b) => Math.Abs(a / b - 1) < 1e-6;
Finding.Expect(tenth[..5].Zip(hundredth).All(pair => Near(pair.First, pair.Second)), "steps 1 to 5 are proportional to the learning rate");
Finding.Expect(tenth[5..].Zip(hundredth[5..]).All(pair => Near(pair.First, 10 * pair.Second)),
    "steps 6 and 7 are proportional to its square");
CS
torch
dotnet out/finding.dll
