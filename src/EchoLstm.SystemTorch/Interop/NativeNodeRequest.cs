using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>What native/node.cpp needs to put a managed function into the graph; laid out as in native/echolstm_torch.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeNodeRequest
{
    internal nint* Inputs;
    internal nint* Outputs;
    internal nint* Dirty;
    internal nint* NonDifferentiable;
    internal nint* Saved;
    internal int InputCount;
    internal int OutputCount;
    internal int DirtyCount;
    internal int NonDifferentiableCount;
    internal int SavedCount;
    internal int Recorded;
    internal int MaterializeGradients;
    internal int Reserved;

    /// <summary>A GCHandle to the managed side; the node owns it from the call on, whether or not the call succeeds.</summary>
    internal nint Owner;

    /// <summary>(owner, node, gradients, count, results) -> 0, or a GCHandle to what the managed backward threw; results has one slot an input.</summary>
    internal delegate* unmanaged<nint, nint, nint*, int, nint*, nint> Backward;

    internal delegate* unmanaged<nint, void> Release;
}
