#!/usr/bin/env bash
# TorchSharp's SGD with maximize: weight decay makes the weights grow; Adam's shrinks them, as it does without maximize.
. "$(dirname "$0")/program.sh"
program TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 <<'CS'
using TorchSharp;
using TorchSharp.Modules;

// A weight of 1 after three steps with a gradient of 0: the decay alone moves it.
double Weight(string name, Func<Parameter, torch.optim.Optimizer> optimizer)
{
    using var weight = new Parameter(torch.ones(1));
    using var steps = optimizer(weight);
    for (var i = 0; i < 3; i++)
    {
        steps.zero_grad();
        (weight * 0).sum().backward();
        steps.step();
    }
    Console.WriteLine($"output    {name}: 1 becomes {weight.item<float>():0.0000}");
    return weight.item<float>();
}

Finding.Expect(Weight("SGD, minimize", weight => torch.optim.SGD([weight], .1, weight_decay: .5)) < 1,
    "SGD's weight decay shrinks the weight");
Finding.Expect(Weight("Adam, maximize", weight => torch.optim.Adam([weight], .1, weight_decay: .5, maximize: true)) < 1,
    "so does Adam's with maximize");
Finding.Expect(Weight("SGD, maximize", weight => torch.optim.SGD([weight], .1, weight_decay: .5, maximize: true)) > 1,
    "SGD's with maximize makes it grow");
CS
torch
dotnet out/finding.dll
