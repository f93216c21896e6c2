using static TorchSharp.torch;

namespace TorchSharp.Modules;

public abstract partial class OptimizerHelper
{
    private protected readonly record struct MomentSettings(long Step, double Rate, double Beta1, double Beta2, double Epsilon, bool Amsgrad);

    /// <summary>The step of <see cref="Adam"/> and <see cref="AdamW"/>, which differ in how they decay the weights before it.</summary>
    private protected static void StepByMoments(Parameter parameter, Tensor grad, Tensor mean, Tensor square, ref Tensor largest, MomentSettings settings)
    {
        ScaleInPlace.CallDropping(mean, settings.Beta1);
        AddInPlace.CallDropping(mean, grad, 1 - settings.Beta1);
        ScaleInPlace.CallDropping(square, settings.Beta2);
        AddProductInPlace.CallDropping(square, grad, grad, 1 - settings.Beta2);

        var scale = square;
        if (settings.Amsgrad)
        {
            scale = Larger.Call(largest, square).DetachFromDisposeScope();
            largest.Dispose();
            largest = scale;
        }
        var root = DivideByNumber.Call(SquareRoot.Call(scale), Math.Sqrt(1 - Math.Pow(settings.Beta2, settings.Step)));
        AddNumberInPlace.CallDropping(root, settings.Epsilon);
        AddQuotientInPlace.CallDropping(parameter, mean, root, -settings.Rate / (1 - Math.Pow(settings.Beta1, settings.Step)));
    }
}
