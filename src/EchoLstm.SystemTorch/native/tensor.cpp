#include "boundary.h"

#include <ATen/TensorOptions.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

namespace elt {

int32_t owned_kib(const at::Tensor& tensor, size_t holders) noexcept {
  try {
    const auto* self = tensor.unsafeGetTensorImpl();
    if (!self->has_storage()) {
      return 0;
    }
    const auto& storage = self->storage();
    const auto kib = static_cast<int64_t>(storage.nbytes() >> 10);
    // A graph that saved the tensor for backward holds the storage a second time.
    if (kib == 0 || tensor.use_count() > holders || storage.use_count() > 2 || tensor.is_view()) {
      return 0;
    }
    return kib > INT32_MAX ? INT32_MAX : static_cast<int32_t>(kib);
  } catch (...) {
    return 0;
  }
}

}  // namespace elt

ELT_EXPORT void* elt_tensor_new(const void* data, int64_t bytes, const int64_t* sizes, int32_t dimensions, int32_t dtype) {
  return elt::guarded<void*>(nullptr, [&]() -> void* {
    auto tensor = at::empty(at::IntArrayRef(sizes, dimensions), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    TORCH_CHECK(
        static_cast<int64_t>(tensor.nbytes()) == bytes, "a tensor of shape ", at::IntArrayRef(sizes, dimensions), " takes ",
        tensor.nbytes(), " bytes but was given ", bytes);
    if (bytes > 0) {
      std::memcpy(tensor.data_ptr(), data, bytes);
    }
    return elt::release(std::move(tensor));
  });
}

ELT_EXPORT void* elt_tensor_from_blob(
    void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, elt_release_callback release, void* owner) {
  // The deleter may run after the managed runtime has gone.
  const auto let_go = [release, owner](void*) {
    if (elt::callbacks_allowed) {
      release(owner);
    }
  };
  bool owned = false;
  return elt::guarded<void*>(nullptr, [&]() -> void* {
    try {
      const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
      auto tensor = at::for_blob(data, at::IntArrayRef(sizes, dimensions)).deleter(let_go).options(options).make_tensor();
      owned = true;
      return elt::release(std::move(tensor));
    } catch (...) {
      if (!owned) {
        let_go(nullptr);
      }
      throw;
    }
  });
}

ELT_EXPORT void elt_tensor_release(void* tensor) {
  elt::guarded<int>(0, [&] {
    elt::TensorPointer::reclaim(elt::impl(tensor));
    return 0;
  });
}

ELT_EXPORT void elt_tensor_retain(void* tensor) {
  c10::raw::intrusive_ptr::incref(elt::impl(tensor));
}

// The three functions that only read memory are called without telling the garbage collector: they must not wait for anything.
ELT_EXPORT void elt_tensor_info(void* tensor, elt_tensor_facts* facts) {
  *facts = {};
  try {
    const auto* self = elt::impl(tensor);
    facts->scalar_type = static_cast<int32_t>(c10::typeMetaToScalarType(self->dtype()));
    facts->element_size = static_cast<int64_t>(self->itemsize());
    facts->dimensions = static_cast<int32_t>(self->dim());
    facts->elements = self->numel();
    const auto device = self->device();
    facts->device_type = static_cast<int32_t>(device.type());
    facts->device_index = device.index();
    facts->sparse = self->layout() != at::kStrided;
    if (self->has_storage()) {
      facts->storage_offset = self->storage_offset();
      facts->contiguous = self->is_contiguous();
      facts->data = self->storage().data() == nullptr ? nullptr : const_cast<void*>(static_cast<const void*>(self->data()));
    }
  } catch (...) {
    facts->data = nullptr;
  }
}

ELT_EXPORT void elt_tensor_layout(void* tensor, int64_t* sizes, int64_t* strides) {
  try {
    const auto* self = elt::impl(tensor);
    if (sizes != nullptr) {
      const auto values = self->sizes();
      std::copy(values.begin(), values.end(), sizes);
    }
    if (strides != nullptr) {
      const auto values = self->strides();
      std::copy(values.begin(), values.end(), strides);
    }
  } catch (...) {
    // A layout without strides: they stay zero.
  }
}

ELT_EXPORT int32_t elt_tensor_owned_kib(void* tensor) {
  return elt::owned_kib(elt::borrow(tensor), 2);
}

ELT_EXPORT int32_t elt_tensor_is_leaf(void* tensor) {
  return elt::guarded<int32_t>(-1, [&] { return static_cast<int32_t>(elt::borrow(tensor).is_leaf()); });
}

ELT_EXPORT int32_t elt_tensor_requires_grad(void* tensor) {
  return elt::guarded<int32_t>(-1, [&] { return static_cast<int32_t>(elt::borrow(tensor).requires_grad()); });
}

ELT_EXPORT int32_t elt_tensor_set_requires_grad(void* tensor, int32_t value) {
  return elt::guarded<int32_t>(-1, [&] {
    elt::borrow(tensor).set_requires_grad(value != 0);
    return 0;
  });
}

ELT_EXPORT int32_t elt_tensor_retain_grad(void* tensor) {
  return elt::guarded<int32_t>(-1, [&] {
    elt::borrow(tensor).retain_grad();
    return 0;
  });
}

ELT_EXPORT int32_t elt_tensor_grad(void* tensor, void** gradient) {
  return elt::guarded<int32_t>(-1, [&] {
    at::Tensor found = elt::borrow(tensor).grad();
    *gradient = elt::release(std::move(found));
    return 0;
  });
}

ELT_EXPORT int32_t elt_tensor_set_grad(void* tensor, void* gradient) {
  return elt::guarded<int32_t>(-1, [&] {
    elt::borrow(tensor).mutable_grad() = elt::borrow(gradient);
    return 0;
  });
}
