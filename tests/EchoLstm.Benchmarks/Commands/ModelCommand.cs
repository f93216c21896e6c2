using System.CommandLine;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Benchmarks.Commands;

/// <summary>Saves a model of random weights, for measuring programs that run saved models.</summary>
internal static class ModelCommand
{
    internal static Command Create()
    {
        var path = new Argument<string>("file") { Description = "Where to save it." };
        var units = new Option<int>("--units") { Description = "The units of the LSTM.", DefaultValueFactory = _ => 64 };
        var features = new Option<int>("--features") { Description = "The features of a time step.", DefaultValueFactory = _ => 8 };
        var command = new Command("model", "Saves an LSTM and a Dense layer with random weights, for any number of time steps.") { path, units, features };
        command.SetAction(parsed =>
        {
            using var model = new SequentialModel(new Lstm(parsed.GetValue(units)), new Dense(1)) { Seed = 1 };
            model.Build(-1, parsed.GetValue(features));
            model.Save(parsed.GetRequiredValue(path));
        });
        return command;
    }
}
