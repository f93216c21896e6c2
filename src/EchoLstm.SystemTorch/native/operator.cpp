#include "convert.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace {

std::mutex operators_mutex;

// Never destroyed: other threads may still be calling while the process exits.
auto& operators = *new std::unordered_map<std::string, std::unique_ptr<elt::Operator>>();

thread_local std::vector<elt_argument> pending_results;

void append(std::vector<elt_argument>& results, at::Tensor&& tensor) {
  elt_argument result{};
  if (tensor.defined()) {
    result.tag = ELT_TENSOR;
    result.count = elt::owned_kib(tensor);
    result.v.p = tensor.unsafeReleaseTensorImpl();
  }
  results.push_back(result);
}

// Appends one value of the stack, a list as its elements. Throws on what no caller of this library asks for.
void append(std::vector<elt_argument>& results, c10::IValue&& value) {
  elt_argument result{};
  if (value.isTensor()) {
    append(results, std::move(value).toTensor());
    return;
  }
  if (value.isTensorList()) {
    for (at::Tensor tensor : value.toTensorVector()) {
      append(results, std::move(tensor));
    }
    return;
  }
  if (value.isInt()) {
    result.tag = ELT_INT;
    result.v.i = value.toInt();
  } else if (value.isDouble()) {
    result.tag = ELT_DOUBLE;
    result.v.d = value.toDouble();
  } else if (value.isBool()) {
    result.tag = ELT_BOOL;
    result.v.i = value.toBool();
  } else if (!value.isNone()) {
    TORCH_CHECK(false, "a result of type ", value.tagKind(), " has no counterpart");
  }
  results.push_back(result);
}

void drop(std::vector<elt_argument>& results) {
  for (auto& result : results) {
    if (result.tag == ELT_TENSOR) {
      elt_tensor_release(const_cast<void*>(result.v.p));
    }
  }
  results.clear();
}

}  // namespace

ELT_EXPORT void* elt_find(const char* name, const char* overload) {
  return elt::guarded<void*>(nullptr, [&]() -> void* {
    const auto key = std::string(name) + "." + overload;
    const std::lock_guard<std::mutex> lock(operators_mutex);
    auto& op = operators[key];
    if (!op) {
      auto handle = c10::Dispatcher::singleton().findSchema(c10::OperatorName(name, overload));
      TORCH_CHECK(handle.has_value(), "libtorch ", TORCH_VERSION, " has no such operator");
      op = std::make_unique<elt::Operator>(*handle);
    }
    return op.get();
  });
}

ELT_EXPORT const char* elt_schema(void* op) {
  return static_cast<elt::Operator*>(op)->declaration.c_str();
}

ELT_EXPORT int32_t elt_call(void* op, const elt_argument* arguments, int32_t count, elt_argument* results, int32_t capacity) {
  return elt::guarded<int32_t>(-1, [&]() -> int32_t {
    auto& target = *static_cast<elt::Operator*>(op);
    torch::jit::Stack stack;
    elt::convert(target, arguments, count, stack);
    target.handle.callBoxed(stack);
    if (results == nullptr) {
      return 0;
    }
    // The common case, one tensor, touches no memory but the caller's.
    if (stack.size() == 1 && capacity >= 1 && stack[0].isTensor()) {
      auto tensor = std::move(stack[0]).toTensor();
      results[0] = {};
      if (tensor.defined()) {
        results[0].tag = ELT_TENSOR;
        results[0].count = elt::owned_kib(tensor);
        results[0].v.p = tensor.unsafeReleaseTensorImpl();
      }
      return 1;
    }
    std::vector<elt_argument> all;
    try {
      for (auto& value : stack) {
        append(all, std::move(value));
      }
    } catch (...) {
      drop(all);
      throw;
    }
    const auto total = static_cast<int32_t>(all.size());
    if (total <= capacity) {
      std::copy(all.begin(), all.end(), results);
    } else {
      drop(pending_results);
      pending_results = std::move(all);
    }
    return total;
  });
}

ELT_EXPORT int32_t elt_take_results(elt_argument* results, int32_t capacity) {
  const auto total = static_cast<int32_t>(pending_results.size());
  if (total > capacity) {
    return -1;
  }
  std::copy(pending_results.begin(), pending_results.end(), results);
  pending_results.clear();
  return total;
}
