using EchoLstm.Layers;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class WrapperInput
{
    internal static Question Question { get; } = new(
        "wrapper-input",
        "What does TimeDistributed(Dense(1)) expect?",
        [128],
        """
        At least three axes, (samples, time steps, features), and it gives (samples, time steps, 1). More axes are fine: the inner
        layer gets (samples, ...) with the time axis folded away. With two axes there is no time to distribute over; nearly always
        the LSTM before it lacks `returnSequences: true`.
        """,
        Run);

    private static void Run()
    {
        using var wrapped = new TimeDistributed(new Dense(1)) { Seed = 1 };
        foreach (var input in (Tensor[])[zeros(32, 10, 8), zeros(32, 10, 4, 8), zeros(32, 8)])
        {
            try
            {
                Console.WriteLine($"{Shape.Of(input)} becomes {Shape.Of(wrapped.call(input))}");
            }
            catch (ShapeMismatchException error)
            {
                Console.WriteLine(error.Message);
            }
        }
    }
}
