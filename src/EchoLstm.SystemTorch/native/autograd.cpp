#include "boundary.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace {

elt_optional<bool> retain(int32_t value) {
  return value < 0 ? elt_optional<bool>() : elt_optional<bool>(value != 0);
}

}  // namespace

ELT_EXPORT int32_t elt_backward(
    void** tensors, int32_t count, void** gradients, int32_t gradient_count, int32_t retain_graph, int32_t create_graph,
    void** inputs, int32_t input_count) {
  return elt::guarded<int32_t>(-1, [&] {
    torch::autograd::backward(
        elt::borrow_all(tensors, count), elt::borrow_all(gradients, gradient_count), retain(retain_graph), create_graph != 0,
        elt::borrow_all(inputs, input_count));
    return 0;
  });
}

ELT_EXPORT int32_t elt_grad(
    void** outputs, int32_t count, void** gradients, int32_t gradient_count, void** inputs, int32_t input_count,
    int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
  return elt::guarded<int32_t>(-1, [&] {
    auto found = torch::autograd::grad(
        elt::borrow_all(outputs, count), elt::borrow_all(inputs, input_count), elt::borrow_all(gradients, gradient_count),
        retain(retain_graph), create_graph != 0, allow_unused != 0);
    for (auto& gradient : found) {
      *results++ = elt::release(std::move(gradient));
    }
    return 0;
  });
}

ELT_EXPORT int32_t elt_grad_mode() {
  return at::GradMode::is_enabled();
}

ELT_EXPORT void elt_set_grad_mode(int32_t enabled) {
  at::GradMode::set_enabled(enabled != 0);
}

ELT_EXPORT int32_t elt_inference_mode() {
  return c10::InferenceMode::is_enabled();
}

ELT_EXPORT void* elt_inference_enter(int32_t enabled) {
  return elt::guarded<void*>(nullptr, [&]() -> void* { return new c10::InferenceMode(enabled != 0); });
}

ELT_EXPORT void elt_inference_leave(void* guard) {
  delete static_cast<c10::InferenceMode*>(guard);
}
