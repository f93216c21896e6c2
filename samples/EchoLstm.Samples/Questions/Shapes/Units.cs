using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class Units
{
    internal static Question Question { get; } = new(
        "units",
        "Why several units for one feature? Is their number tied to the length of the sequence?",
        [106],
        """
        Units are the size of the state, the layer's memory; neither the features nor the time steps fix them. The tutorial takes
        five units for five steps, which is a coincidence: the same weights read a sequence of any length. Each unit holds one
        number from step to step, so what must be remembered decides. In the program the target is the input of two steps before, so
        that two values are under way at any time: one unit can't hold them, eight can.
        """,
        Run);

    private static void Run()
    {
        var x = new float[32, 5, 1];                             // all sequences of five numbers -1 or 1
        var y = new float[32, 5, 1];                             // the same, two steps later
        for (var i = 0; i < 32; i++)
        {
            for (var step = 0; step < 5; step++)
            {
                x[i, step, 0] = ((i >> step) & 1) == 1 ? 1 : -1;
                y[i, step, 0] = step < 2 ? 0 : x[i, step - 2, 0];
            }
        }
        foreach (var units in (int[])[1, 8])
        {
            using var model = new SequentialModel(new Lstm(units, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
            model.Build(-1, 1);                                  // any number of steps
            model.Compile(Loss.MeanSquaredError(), new Adam(0.03));
            var history = model.Fit(x, y, epochs: 200, verbose: 0);
            Console.WriteLine($"{units} units: loss {Show.Number(history.Loss[^1])}, {model.CountParameters()} parameters for 5 steps and for {model.Predict(zeros(1, 1000, 1)).shape[1]}");
        }
    }
}
