using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>Compiles the loops of a model before its first step, so that training is not timed by the compiler.</summary>
internal static class HotLoops
{
    /// <summary>Compiles what the kernels of one width share.</summary>
    internal static void Compile<V>()
        where V : struct, ILanes<V>
    {
        Compile(typeof(Gemm<V>));
        Compile(typeof(Rows<V>));
        Compile(typeof(LaneActivation<V>));
        Compile(typeof(FusedLoss<V>));
        Compile(typeof(FusedUpdate<V>));
        Compile(typeof(FusedEngine<V>));
        Compile(typeof(LayerKernel));
        Compile(typeof(ForwardPass));
        Compile(typeof(PackedWeights<V>));
        Compile(typeof(WorkTeam));
        Compile(typeof(MetricMeans));
        Compile(typeof(SeededRandom));
    }

    /// <summary>Compiles a kernel's loops, those of the classes that it derives from included.</summary>
    internal static void Compile(LayerKernel kernel)
    {
        for (var type = kernel.GetType(); type != typeof(LayerKernel); type = type.BaseType!)
        {
            Compile(type);
        }
    }

    // The methods that are marked as hot.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A method that the trimmer removed is never called, so that it need not be compiled.")]
    private static void Compile(Type type)
    {
        foreach (var method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle, [.. type.GenericTypeArguments.Select(argument => argument.TypeHandle)]);
            }
        }
    }
}
