using EchoLstm.Models;

namespace EchoLstm.Samples.Echo;

/// <summary>One of the tutorial's models, with the way that the tutorial trains it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">What goes in and what comes out.</param>
/// <param name="Epochs">The tutorial's epochs.</param>
/// <param name="BatchSize">The tutorial's batch size for a length.</param>
/// <param name="Build">Makes the model from length, units and seed.</param>
/// <param name="Frame">Makes its inputs and targets from the sequence.</param>
internal sealed record EchoSample(
    string Name,
    string Title,
    int Epochs,
    Func<int, int> BatchSize,
    Func<int, int?, int?, SequentialModel> Build,
    Func<float[], (Array X, Array Y)> Frame);
