// What every file of the boundary needs: handles to tensors and back, and exceptions to messages.
#pragma once

#include "echolstm_torch.h"

#include <ATen/core/Tensor.h>
#include <torch/version.h>

#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
#include <optional>
template <class T> using elt_optional = std::optional<T>;
#else
#include <c10/util/Optional.h>
template <class T> using elt_optional = c10::optional<T>;
#endif

namespace elt {

using TensorPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

// False once the managed runtime is shutting down: calling into it would then hang the process.
extern std::atomic<bool> callbacks_allowed;

// A managed callback threw: its exception passes through libtorch, from whatever thread, to the call that set it off.
class ManagedFailure final : public std::runtime_error {
 public:
  ManagedFailure(const char* message, std::shared_ptr<void> cause) : std::runtime_error(message), cause(std::move(cause)) {}

  const std::shared_ptr<void> cause;
};

void remember_error(const char* message) noexcept;
void remember_current_exception() noexcept;

inline c10::TensorImpl* impl(void* handle) {
  return static_cast<c10::TensorImpl*>(handle);
}

inline at::Tensor borrow(void* handle) {
  return handle == nullptr ? at::Tensor() : at::Tensor(TensorPointer::reclaim_copy(impl(handle)));
}

// Gives the reference away; an undefined tensor is a null handle.
inline void* release(at::Tensor&& tensor) {
  return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

inline std::vector<at::Tensor> borrow_all(void** handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) {
    tensors.push_back(borrow(handles[i]));
  }
  return tensors;
}

// The KiB of memory that only this tensor keeps alive; 0 when more than the given number of holders share it, or it is a view.
int32_t owned_kib(const at::Tensor& tensor, size_t holders = 1) noexcept;

// Counts the threads that are inside of libtorch, so that the process can wait for them before libtorch's statics are destroyed.
// Once it does, newcomers stay here for good.
class Visit {
 public:
  Visit() noexcept;
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
};

// Runs a piece of libtorch; what it throws becomes this thread's last error and the result that stands for failure.
template <class R, class F>
R guarded(R failure, F&& body) noexcept {
  const Visit visit;
  try {
    return body();
  } catch (...) {
    remember_current_exception();
    return failure;
  }
}

}  // namespace elt
