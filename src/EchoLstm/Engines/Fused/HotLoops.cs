using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;

namespace EchoLstm.Engines.Fused;

/// <summary>Compiles the loops of a model before its first step, so that training is not timed by the compiler.</summary>
internal static class HotLoops
{
    private const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>Compiles what the kernels of one width share.</summary>
    internal static void Compile<V>()
        where V : struct, ILanes<V>
    {
        Compile(typeof(Gemm<V>));
        Compile(typeof(Rows<V>));
        Compile(typeof(LaneActivation<V>));
        Compile(typeof(FusedUpdate<V>));
        Compile(typeof(FusedLoss<V>));
        Compile(typeof(FusedEngine<V>));
    }

    /// <summary>Compiles the methods of a type that are marked as hot.</summary>
    internal static void Compile([DynamicallyAccessedMembers(Methods)] Type type)
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
