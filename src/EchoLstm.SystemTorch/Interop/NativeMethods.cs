using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

/// <summary>
/// The C interface of native/echolstm_torch.h. What returns a status gives a negative number, what returns a handle gives 0,
/// when libtorch threw; <see cref="NativeError"/> then has the message. Only what merely reads memory skips the GC transition.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = NativeLoader.LibraryName;

    static NativeMethods() => NativeLoader.Register();

    [LibraryImport(Library)] internal static partial byte* elt_last_error();
    [LibraryImport(Library)] internal static partial nint elt_last_cause();
    [LibraryImport(Library)] internal static partial void elt_forget_cause();
    [LibraryImport(Library)] internal static partial byte* elt_version();
    [LibraryImport(Library)] internal static partial void elt_prepare_exit();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint elt_find(string name, string overload);
    [LibraryImport(Library)] internal static partial byte* elt_schema(nint op);
    [LibraryImport(Library)] internal static partial int elt_call(nint op, NativeArgument* arguments, int count, NativeArgument* results, int capacity);
    [LibraryImport(Library)] internal static partial int elt_take_results(NativeArgument* results, int capacity);

    [LibraryImport(Library)] internal static partial nint elt_tensor_new(void* data, long bytes, long* sizes, int dimensions, int dtype);
    [LibraryImport(Library)]
    internal static partial nint elt_tensor_from_blob(
        void* data, long* sizes, int dimensions, int dtype, delegate* unmanaged<nint, void> release, nint owner);

    [LibraryImport(Library)] internal static partial void elt_tensor_release(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void elt_tensor_retain(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void elt_tensor_info(nint tensor, TensorInfo* info);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void elt_tensor_layout(nint tensor, long* sizes, long* strides);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int elt_tensor_owned_kib(nint tensor);
    [LibraryImport(Library)] internal static partial int elt_tensor_is_leaf(nint tensor);
    [LibraryImport(Library)] internal static partial int elt_tensor_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int elt_tensor_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial int elt_tensor_retain_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int elt_tensor_grad(nint tensor, nint* gradient);
    [LibraryImport(Library)] internal static partial int elt_tensor_set_grad(nint tensor, nint gradient);

    [LibraryImport(Library)]
    internal static partial int elt_backward(
        nint* tensors, int count, nint* gradients, int gradientCount, int retainGraph, int createGraph, nint* inputs, int inputCount);

    [LibraryImport(Library)]
    internal static partial int elt_grad(
        nint* outputs, int count, nint* gradients, int gradientCount, nint* inputs, int inputCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)] internal static partial int elt_custom_node(NativeNodeRequest* request, nint* results);
    [LibraryImport(Library)] internal static partial int elt_node_saved(nint node, nint* results, int capacity);

    [LibraryImport(Library)] internal static partial int elt_grad_mode();
    [LibraryImport(Library)] internal static partial void elt_set_grad_mode(int enabled);
    [LibraryImport(Library)] internal static partial int elt_inference_mode();
    [LibraryImport(Library)] internal static partial nint elt_inference_enter(int enabled);
    [LibraryImport(Library)] internal static partial void elt_inference_leave(nint guard);

    [LibraryImport(Library)] internal static partial nint elt_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial nint elt_generator_new(ulong seed, int deviceType, int deviceIndex);
    [LibraryImport(Library)] internal static partial nint elt_generator_default();
    [LibraryImport(Library)] internal static partial void elt_generator_release(nint generator);
    [LibraryImport(Library)] internal static partial int elt_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial int elt_generator_seed(nint generator, ulong* seed);
    [LibraryImport(Library)] internal static partial nint elt_generator_state(nint generator);
    [LibraryImport(Library)] internal static partial int elt_generator_set_state(nint generator, nint state);

    [LibraryImport(Library)] internal static partial int elt_cuda_devices();
    [LibraryImport(Library)] internal static partial int elt_threads();
    [LibraryImport(Library)] internal static partial int elt_set_threads(int count);
    [LibraryImport(Library)] internal static partial int elt_interop_threads();
    [LibraryImport(Library)] internal static partial int elt_set_interop_threads(int count);
}
