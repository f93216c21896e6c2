using System.Globalization;
using EchoLstm.Engines.Fused;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

public sealed partial class SequentialModel
{
    /// <summary>Opens a stream that runs the model one time step at a time, with a state of its own that begins with zeros.</summary>
    /// <param name="batch">How many sequences run beside each other. <value>1</value></param>
    /// <returns>The stream; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The model is not built, or a layer needs the whole sequence at once; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">batch is below 1.</exception>
    public ModelStepper OpenStream(int batch = 1)
    {
        using var use = Gate.Read(nameof(OpenStream));
        ThrowIfNotBuilt("be streamed");
        AtLeastOne(batch, nameof(batch));
        if (InputShape!.Rank != 3)
        {
            throw new InvalidOperationException($"A stream reads the time steps of (samples, time steps, features), but the model takes {InputShape}. Call Predict instead.");
        }
        if (_layers.FirstOrDefault(layer => !layer.CanStream) is { } blocking)
        {
            throw new InvalidOperationException($"{blocking.Title} ({blocking.KerasClass}) needs the whole sequence at once, so the model can't be run step by step. Call Predict with whole sequences.");
        }
        CheckLayers();
        var plan = RequestedEngine == EngineKind.Torch ? null : FusedPlan.TryCreate(_layers, InputShape!, null, out _, ForcedWidth);
        return new ModelStepper(this, _layers, plan, batch);
    }

    // What a tensor takes beside its numbers, roughly.
    private const int NumbersOfATensor = 128;

    /// <summary>Predicts further than the model looks: its own predictions slide into the window, one a step.</summary>
    /// <param name="window">The last known steps, (samples, time steps, features), as many as the model was trained on.</param>
    /// <param name="steps">How many steps to predict.</param>
    /// <returns>The predictions, (samples, steps, features); the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">The window does not fit the model, or the model does not predict a next step of as many features.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or stateful.</exception>
    /// <exception cref="InsufficientMemoryException">Memory can't hold so many steps.</exception>
    /// <remarks>
    /// The model must map a window to the step after it: output (samples, features), or (samples, time steps, features), whose last step is then the next. Errors feed on
    /// themselves: the further, the less certain.
    /// <code>
    /// [x1 x2 x3] → p4    [x2 x3 p4] → p5    [x3 p4 p5] → p6
    /// </code>
    /// </remarks>
    public Tensor Forecast(TensorLike window, int steps)
    {
        using var turn = new Turn(this, nameof(Forecast));
        ThrowIfNotBuilt("forecast");
        AtLeastOne(steps, nameof(steps));
        if (StatefulLayers.Count > 0)
        {
            throw new InvalidOperationException($"The model is stateful ({StatefulLayers[0].Title}), and a sliding window would feed it the same steps again. Use OpenStream and feed each prediction as the next step.");
        }
        using var scope = NewDisposeScope();
        var known = window.ToTensor(nameof(window));
        var output = OutputShape(Shape.Of(known));
        if (known.dim() != 3 || output.Last != known.shape[2] || output.Rank is not (2 or 3))
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"A forecast feeds predictions back, so from a window of {Shape.Of(known)} the model must predict a step of as many features, but its output is {output}. Train it on targets of one step: (samples, features)."),
                "(samples, features) or (samples, time steps, features)",
                output.ToString());
        }
        SizeGuard.CheckNumbers(
            string.Create(CultureInfo.InvariantCulture, $"A forecast of {steps} steps"),
            (decimal)steps * ((known.shape[0] * known.shape[2]) + NumbersOfATensor),
            "Predict fewer steps, or open a stream and keep what is needed.");
        var predictions = new Tensor[steps];
        for (var i = 0; i < steps; i++)
        {
            var next = Predict(known);
            predictions[i] = next.dim() == 3 ? next.narrow(1, next.shape[1] - 1, 1) : next.unsqueeze(1); // (samples, 1, features)
            known = cat([known.narrow(1, 1, known.shape[1] - 1).to(predictions[i].dtype, predictions[i].device), predictions[i]], 1);
        }
        return cat(predictions, 1).MoveToOuterDisposeScope();
    }
}
