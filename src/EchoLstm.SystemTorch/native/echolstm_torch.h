// The C interface between EchoLstm.SystemTorch and libtorch: one generic call into the dispatcher, and what has no operator.
//
// A tensor handle is an owned TensorImpl*, a generator handle an owned GeneratorImpl*. Functions that return a status give a
// negative number, those that return a handle give null, when libtorch threw; elt_last_error then has the message of this
// thread. Interop/NativeMethods.cs and Interop/NativeArgument.cs mirror this file.
#pragma once

#include <stdint.h>

#define ELT_EXPORT extern "C" __attribute__((visibility("default")))

enum elt_tag : int32_t {
  ELT_NONE = 0,
  ELT_DEFAULT = 1,
  ELT_TENSOR = 2,
  ELT_INT = 3,
  ELT_DOUBLE = 4,
  ELT_BOOL = 5,
  ELT_COMPLEX = 6,
  ELT_INT_LIST = 7,
  ELT_DOUBLE_LIST = 8,
  ELT_BOOL_LIST = 9,
  ELT_TENSOR_LIST = 10,
  ELT_STRING = 11,
  ELT_DEVICE = 12,
  ELT_GENERATOR = 13,
};

struct elt_argument {
  int32_t tag;
  int32_t count;  // a list's length; a device's type; of a result tensor, the KiB of memory that it alone owns
  union {
    int64_t i;
    double d;
    const void* p;
  } v;
};
static_assert(sizeof(elt_argument) == 16, "mirrored in C#");

struct elt_tensor_facts {
  void* data;
  int64_t elements;
  int64_t element_size;
  int64_t storage_offset;
  int32_t dimensions;
  int32_t scalar_type;
  int32_t device_type;
  int32_t device_index;
  int32_t contiguous;
  int32_t sparse;
};

// Returns null, or a reference to the managed exception that it threw, which elt_release_callback lets go of.
typedef void* (*elt_backward_callback)(void* owner, void* node, void** gradients, int32_t count, void** results);
typedef void (*elt_release_callback)(void* owner);

struct elt_node_request {
  void** inputs;
  void** outputs;
  void** dirty;
  void** non_differentiable;
  void** saved;
  int32_t input_count;
  int32_t output_count;
  int32_t dirty_count;
  int32_t non_differentiable_count;
  int32_t saved_count;
  int32_t recorded;
  int32_t materialize_gradients;
  int32_t reserved;
  void* owner;
  elt_backward_callback backward;
  elt_release_callback release;
};

ELT_EXPORT void elt_initialize(int32_t threads);
// The managed runtime is about to go: no more callbacks, and exit waits for the threads that are inside of libtorch.
ELT_EXPORT void elt_prepare_exit();
ELT_EXPORT const char* elt_last_error();
// The managed exception behind this thread's last error, null where there is none; valid until elt_forget_cause.
ELT_EXPORT void* elt_last_cause();
ELT_EXPORT void elt_forget_cause();
ELT_EXPORT const char* elt_version();

ELT_EXPORT void* elt_find(const char* name, const char* overload);
ELT_EXPORT const char* elt_schema(void* op);
// Returns the number of results; those beyond the capacity are fetched, all of them, by elt_take_results on the same thread.
ELT_EXPORT int32_t elt_call(void* op, const elt_argument* arguments, int32_t count, elt_argument* results, int32_t capacity);
ELT_EXPORT int32_t elt_take_results(elt_argument* results, int32_t capacity);

ELT_EXPORT void* elt_tensor_new(const void* data, int64_t bytes, const int64_t* sizes, int32_t dimensions, int32_t dtype);
// The tensor uses the memory as it is; release(owner) is called when the last tensor over it dies, also when this call fails.
ELT_EXPORT void* elt_tensor_from_blob(
    void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, elt_release_callback release, void* owner);
ELT_EXPORT void elt_tensor_release(void* tensor);
ELT_EXPORT void elt_tensor_retain(void* tensor);
ELT_EXPORT void elt_tensor_info(void* tensor, elt_tensor_facts* facts);
ELT_EXPORT void elt_tensor_layout(void* tensor, int64_t* sizes, int64_t* strides);
ELT_EXPORT int32_t elt_tensor_owned_kib(void* tensor);
ELT_EXPORT int32_t elt_tensor_is_leaf(void* tensor);
ELT_EXPORT int32_t elt_tensor_requires_grad(void* tensor);
ELT_EXPORT int32_t elt_tensor_set_requires_grad(void* tensor, int32_t value);
ELT_EXPORT int32_t elt_tensor_retain_grad(void* tensor);
ELT_EXPORT int32_t elt_tensor_grad(void* tensor, void** gradient);
ELT_EXPORT int32_t elt_tensor_set_grad(void* tensor, void* gradient);

ELT_EXPORT int32_t elt_backward(
    void** tensors, int32_t count, void** gradients, int32_t gradient_count, int32_t retain_graph, int32_t create_graph,
    void** inputs, int32_t input_count);
ELT_EXPORT int32_t elt_grad(
    void** outputs, int32_t count, void** gradients, int32_t gradient_count, void** inputs, int32_t input_count,
    int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results);
ELT_EXPORT int32_t elt_grad_mode();
ELT_EXPORT void elt_set_grad_mode(int32_t enabled);
ELT_EXPORT int32_t elt_inference_mode();
ELT_EXPORT void* elt_inference_enter(int32_t enabled);
ELT_EXPORT void elt_inference_leave(void* guard);

// Ties the outputs of a managed forward to its inputs by a node that calls back. Results: one handle an output.
ELT_EXPORT int32_t elt_custom_node(elt_node_request* request, void** results);
// Only during the node's backward: returns how many tensors were saved, and their handles (null for an absent one).
ELT_EXPORT int32_t elt_node_saved(void* node, void** results, int32_t capacity);

ELT_EXPORT void* elt_manual_seed(uint64_t seed);
ELT_EXPORT void* elt_generator_new(uint64_t seed, int32_t device_type, int32_t device_index);
ELT_EXPORT void* elt_generator_default();
ELT_EXPORT void elt_generator_release(void* generator);
ELT_EXPORT int32_t elt_generator_set_seed(void* generator, uint64_t seed);
ELT_EXPORT int32_t elt_generator_seed(void* generator, uint64_t* seed);
ELT_EXPORT void* elt_generator_state(void* generator);
ELT_EXPORT int32_t elt_generator_set_state(void* generator, void* state);

ELT_EXPORT int32_t elt_cuda_devices();
ELT_EXPORT int32_t elt_threads();
ELT_EXPORT int32_t elt_set_threads(int32_t count);
ELT_EXPORT int32_t elt_interop_threads();
ELT_EXPORT int32_t elt_set_interop_threads(int32_t count);
