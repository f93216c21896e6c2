using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// An operator of libtorch's dispatcher, called by name. It is looked up at its first call, so that declaring one loads nothing.
/// Arguments stand in the order of the operator's schema; those left out at the end take the schema's defaults.
/// </summary>
internal sealed unsafe class Operator
{
    private const int StackScratch = 512;
    private const int StackResults = 8;

    private readonly string _name;
    private readonly string _overload;
    private nint _handle;

    private Operator(string name, string overload)
    {
        _name = name;
        _overload = overload;
    }

    internal string Name => _overload.Length == 0 ? _name : $"{_name}.{_overload}";

    /// <summary>The operator's declaration: the names, types and defaults of its arguments.</summary>
    internal string Schema => Marshal.PtrToStringUTF8((nint)NativeMethods.elt_schema(Resolve()))!;

    internal static Operator Find(string name, string overload = "") => new(name, overload);

    /// <summary>Calls an operator that returns one tensor.</summary>
    [SkipLocalsInit]
    internal torch.Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        NativeArgument result;
        var count = Invoke(arguments, &result, 1);
        if (count == 1 && result.Tag == ArgumentTag.Tensor)
        {
            return new torch.Tensor(result.Pointer, result.Count);
        }

        throw Mismatch("one tensor", TakeAll(&result, 1, count));
    }

    /// <summary>Calls an operator and gives every tensor it returns; a returned list is flattened.</summary>
    [SkipLocalsInit]
    internal torch.Tensor[] CallMany(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc NativeArgument[StackResults];
        var count = Invoke(arguments, results, StackResults);
        var all = TakeAll(results, StackResults, count);
        var tensors = new torch.Tensor[count];
        for (var i = 0; i < count; i++)
        {
            if (all[i].Tag != ArgumentTag.Tensor)
            {
                throw Mismatch("tensors only", all.AsSpan(i));
            }

            tensors[i] = new torch.Tensor(all[i].Pointer, all[i].Count);
        }

        return tensors;
    }

    /// <summary>Calls an operator for its effect, as the in-place ones.</summary>
    internal void CallDropping(params ReadOnlySpan<Argument> arguments) => Invoke(arguments, null, 0);

    /// <summary>Calls an operator that returns a number or a truth value.</summary>
    [SkipLocalsInit]
    internal Scalar CallScalar(params ReadOnlySpan<Argument> arguments)
    {
        NativeArgument result;
        var count = Invoke(arguments, &result, 1);
        if (count == 1)
        {
            switch (result.Tag)
            {
                case ArgumentTag.Int: return result.Integer;
                case ArgumentTag.Double: return result.Double;
                case ArgumentTag.Bool: return result.Integer != 0;
            }
        }

        throw Mismatch("one number", TakeAll(&result, 1, count));
    }

    /// <summary>Calls an operator that returns a truth value.</summary>
    internal bool CallBoolean(params ReadOnlySpan<Argument> arguments) => CallScalar(arguments).ToBoolean();

    [SkipLocalsInit]
    private int Invoke(ReadOnlySpan<Argument> arguments, NativeArgument* results, int capacity)
    {
        var op = _handle;
        if (op == 0)
        {
            op = Resolve();
        }

        var scratchBytes = 0;
        foreach (ref readonly var argument in arguments)
        {
            scratchBytes += argument.ScratchBytes;
        }

        var native = stackalloc NativeArgument[arguments.Length];
        var stack = stackalloc byte[StackScratch];
        var heap = scratchBytes > StackScratch ? (byte*)NativeMemory.Alloc((nuint)scratchBytes) : null;
        try
        {
            var scratch = heap != null ? heap : stack;
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i].Write(out native[i], scratch);
                scratch += arguments[i].ScratchBytes;
            }

            var count = NativeMethods.elt_call(op, native, arguments.Length, results, capacity);
            // The handles were read from objects that nothing else may refer to by now.
            foreach (ref readonly var argument in arguments)
            {
                GC.KeepAlive(argument.Held);
            }

            if (count < 0)
            {
                NativeError.Throw(Name);
            }

            return count;
        }
        finally
        {
            if (heap != null)
            {
                NativeMemory.Free(heap);
            }
        }
    }

    private nint Resolve()
    {
        if (_handle == 0)
        {
            _handle = NativeError.Check(NativeMethods.elt_find(_name, _overload), Name);
        }

        return _handle;
    }

    private static NativeArgument[] TakeAll(NativeArgument* results, int capacity, int count)
    {
        var all = new NativeArgument[count];
        if (count <= capacity)
        {
            new Span<NativeArgument>(results, count).CopyTo(all);
            return all;
        }

        fixed (NativeArgument* target = all)
        {
            _ = NativeMethods.elt_take_results(target, count);
        }

        return all;
    }

    private InvalidOperationException Mismatch(string expected, ReadOnlySpan<NativeArgument> results)
    {
        foreach (ref readonly var result in results)
        {
            if (result.Tag == ArgumentTag.Tensor)
            {
                NativeMethods.elt_tensor_release(result.Pointer);
            }
        }

        return new InvalidOperationException($"{Name} was called for {expected}, but it is declared as {Schema}.");
    }
}
