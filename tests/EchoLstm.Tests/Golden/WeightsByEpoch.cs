namespace EchoLstm.Tests.Golden;

/// <summary>A model's weights after each of the first ten epochs.</summary>
internal sealed class WeightsByEpoch : Callback
{
    private readonly Dictionary<int, double[]> _weights = [];

    public override void OnEpochEnd(FitProgress progress)
    {
        if (progress.Epoch < 10)
        {
            _weights[progress.Epoch + 1] = progress.Model.GetWeights().Values();
        }
    }

    /// <summary>Compares them with those that a golden file has.</summary>
    internal void ShouldMatch(GoldenCase expected)
    {
        foreach (var epoch in expected["weightsAfterEpoch"].EnumerateObject())
        {
            var number = int.Parse(epoch.Name, CultureInfo.InvariantCulture);
            _weights[number].ShouldMatch(
                GoldenTensor.AllValues([.. epoch.Value.EnumerateArray().Select(weight => new GoldenTensor(weight))]),
                number <= 2 ? GoldenTolerances.EarlyWeights : GoldenTolerances.Weights,
                $"the weights after epoch {number}");
        }
    }
}
