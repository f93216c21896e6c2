using EchoLstm.Data;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Learning;

internal static class Unscaled
{
    internal static Question Question { get; } = new(
        "unscaled",
        "The sequence 0, 1, 2, 3, 4 is learned badly, 0 to 0.8 well. Why?",
        [111],
        """
        Small initial weights make small outputs, and Adam moves a weight by about the learning rate an update: to reach 4 takes
        more epochs than to reach 0.8, and where inputs are large the gates saturate. The program shows what the author answers:
        scaled, the tutorial's 1000 epochs are enough; unscaled, 5000 are. So scale the data to 0..1 and the predictions back. Fit
        the scaler to the training data only.
        """,
        Run);

    private static void Run()
    {
        float[] raw = [0, 1, 2, 3, 4];
        var scaler = new MinMaxScaler().Fit(raw);
        var (x, y) = EchoSequence.FrameOneToOne(raw);
        foreach (var epochs in (int[])[100, 1000, 5000])
        {
            using var unscaled = EchoModels.OneToOne(5, seed: 11);
            using var scaled = EchoModels.OneToOne(5, seed: 11);
            unscaled.Fit(x, y, epochs, batchSize: 5, verbose: 0);
            scaled.Fit(scaler.Transform(x), scaler.Transform(y), epochs, batchSize: 5, verbose: 0);
            Console.WriteLine($"epochs {epochs,4}: as they are {Show.Numbers(unscaled.Predict(x))}, scaled {Show.Numbers(tensor(scaler.InverseTransform(scaled.Predict<float[,]>(scaler.Transform(x)))))}");
        }
    }
}
