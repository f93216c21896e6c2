namespace EchoLstm.Models;

/// <summary>A forecast by a sliding window, which a model's own predictions go into.</summary>
internal static class SlidingForecast
{
    // What a tensor takes beside its values, in values, roughly.
    private const int TensorOverhead = 128;

    internal static Tensor Run(Model model, TensorLike window, int steps)
    {
        ModelData.AtLeastOne(steps, nameof(steps));
        if (model.StatefulLayers.Count > 0)
        {
            throw new InvalidOperationException($"The model is stateful ({model.StatefulLayers[0].Title}), and a sliding window would "
                + $"feed it the same steps again. Use OpenStream and feed each prediction as the next step.");
        }
        using var scope = NewDisposeScope();
        var known = window.ToTensor(nameof(window));
        if (known.dim() == 3 && known.shape[1] == 0)
        {
            throw new ShapeMismatchException(
                $"A forecast goes on from the last step of a window, but {Shape.Of(known)} has no time steps. Give it at least 1.",
                "(samples, 1 or more, features)",
                Shape.Of(known).ToString());
        }
        var output = model.OutputShape(Shape.Of(known));
        if (known.dim() != 3 || output.Last != known.shape[2] || output.Rank is not (2 or 3))
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"A forecast feeds predictions back, so from a window of {Shape.Of(known)} "
                    + $"the model must predict a step of as many features, but its output is {output}. Train it on targets of one step: "
                    + $"(samples, features)."),
                "(samples, features) or (samples, time steps, features)",
                output.ToString());
        }
        SizeGuard.CheckNumbers(
            string.Create(CultureInfo.InvariantCulture, $"A forecast of {steps} steps"),
            (decimal)steps * ((known.shape[0] * known.shape[2]) + TensorOverhead),
            "Predict fewer steps, or open a stream and keep what is needed.");
        var predictions = new Tensor[steps];
        for (var i = 0; i < steps; i++)
        {
            var next = model.Predict(known);
            predictions[i] = next.dim() == 3 ? next.narrow(1, next.shape[1] - 1, 1) : next.unsqueeze(1); // (samples, 1, features)
            known = cat([known.narrow(1, 1, known.shape[1] - 1).to(predictions[i].dtype, predictions[i].device), predictions[i]], 1);
        }
        return cat(predictions, 1).MoveToOuterDisposeScope();
    }
}
