using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TorchSharp;

/// <summary>
/// The managed side of a custom function in the graph. The native node owns it through a GCHandle and lets go when the graph
/// dies, on whatever thread that happens.
/// </summary>
internal sealed class CustomNode
{
    private readonly string _name;
    private readonly Func<AutogradContext, List<Tensor>, List<Tensor>> _backward;
    private readonly AutogradContext _context = new();

    // For every argument of forward whether it was a tensor: backward answers for all, the graph knows the tensors only.
    private readonly bool[] _isTensor;

    private CustomNode(string name, Func<AutogradContext, List<Tensor>, List<Tensor>> backward, bool[] isTensor)
    {
        _name = name;
        _backward = backward;
        _isTensor = isTensor;
    }

    internal static List<Tensor> Apply(
        string name,
        Func<AutogradContext, object[], List<Tensor>> forward,
        Func<AutogradContext, List<Tensor>, List<Tensor>> backward,
        object[] arguments)
    {
        var isTensor = new bool[arguments.Length];
        var inputs = new List<Tensor>(arguments.Length);
        var recorded = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is Tensor { IsInvalid: false } input)
            {
                isTensor[i] = true;
                inputs.Add(input);
                recorded = recorded || input.requires_grad;
            }
        }

        recorded = recorded && GradMode.IsEnabled;
        var node = new CustomNode(name, backward, isTensor);
        List<Tensor> outputs;
        using (new GradMode(false))
        {
            outputs = forward(node._context, arguments);
        }

        return node.Attach(inputs, outputs, recorded);
    }

    private unsafe List<Tensor> Attach(List<Tensor> inputs, List<Tensor> outputs, bool recorded)
    {
        var saved = _context.Saved;
        var inputHandles = Handles(inputs);
        var outputHandles = Handles(outputs);
        var dirtyHandles = Handles(_context.Dirty);
        var skippedHandles = Handles(_context.NonDifferentiable);
        var savedHandles = Handles(saved);
        var results = new nint[outputHandles.Length];
        fixed (nint* i = inputHandles, o = outputHandles, d = dirtyHandles, n = skippedHandles, s = savedHandles, r = results)
        {
            var request = new NativeNodeRequest
            {
                Inputs = i,
                Outputs = o,
                Dirty = d,
                NonDifferentiable = n,
                Saved = s,
                InputCount = inputHandles.Length,
                OutputCount = outputHandles.Length,
                DirtyCount = dirtyHandles.Length,
                NonDifferentiableCount = skippedHandles.Length,
                SavedCount = savedHandles.Length,
                Recorded = recorded ? 1 : 0,
                MaterializeGradients = _context.MaterializeGrads ? 1 : 0,
                Owner = GCHandle.ToIntPtr(GCHandle.Alloc(this)),
                Backward = &OnBackward,
                Release = &NativeCallbacks.ReleaseOwner,
            };
            var status = NativeMethods.elt_custom_node(&request, r);
            GC.KeepAlive(inputs);
            GC.KeepAlive(outputs);
            GC.KeepAlive(saved);
            _context.ForgetTensors();
            NativeError.Check(status, _name);
        }

        var tied = new List<Tensor>(results.Length);
        foreach (var handle in results)
        {
            tied.Add(new Tensor(handle));
        }

        return tied;
    }

    [UnmanagedCallersOnly]
    private static unsafe nint OnBackward(nint owner, nint node, nint* gradients, int count, nint* results)
    {
        try
        {
            var given = new List<Tensor>(count);
            for (var i = 0; i < count; i++)
            {
                given.Add(new Tensor(gradients[i]));
            }

            ((CustomNode)GCHandle.FromIntPtr(owner).Target!).Backward(node, given, results);
            return 0;
        }
        catch (Exception failure)
        {
            return GCHandle.ToIntPtr(GCHandle.Alloc(failure));
        }
    }

    private unsafe void Backward(nint node, List<Tensor> given, nint* results)
    {
        List<Tensor> found;
        _context.Enter(node);
        try
        {
            found = _backward(_context, given);
        }
        finally
        {
            _context.Leave();
        }

        Check(found);
        for (var i = 0; i < _isTensor.Length; i++)
        {
            if (!_isTensor[i])
            {
                continue;
            }

            if (found[i] is { IsInvalid: false } gradient)
            {
                NativeMethods.elt_tensor_retain(gradient.Handle);
                *results = gradient.Handle;
            }

            results++;
        }

        GC.KeepAlive(found);
    }

    private void Check(List<Tensor> found)
    {
        var isTooLong = false;
        for (var i = _isTensor.Length; i < found.Count; i++)
        {
            isTooLong = isTooLong || found[i] is { IsInvalid: false };
        }

        if (found.Count < _isTensor.Length || isTooLong)
        {
            throw new InvalidOperationException(
                $"The backward of {_name} returned {found.Count} gradients, but its forward took {_isTensor.Length} arguments.");
        }

        for (var i = 0; i < _isTensor.Length; i++)
        {
            if (!_isTensor[i] && found[i] is { IsInvalid: false })
            {
                throw new InvalidOperationException($"The backward of {_name} returned a gradient for argument {i}, which is not a tensor.");
            }
        }
    }

    private static nint[] Handles(List<Tensor> tensors)
    {
        if (tensors.Count == 0)
        {
            return [];
        }

        var handles = new nint[tensors.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            handles[i] = tensors[i] is { IsInvalid: false } tensor ? tensor.Handle : 0;
        }

        return handles;
    }
}
