// An autograd node whose backward is managed code.
#include "boundary.h"

#include <ATen/DeviceGuard.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <stdexcept>
#include <type_traits>
#include <unordered_set>

namespace {

using torch::autograd::variable_list;

class ManagedNode final : public torch::autograd::Node {
 public:
  ManagedNode(void* owner, elt_backward_callback backward, elt_release_callback release)
      : owner_(owner), backward_(backward), release_(release) {}

  ~ManagedNode() override {
    if (elt::callbacks_allowed) {
      release_(owner_);
    }
  }

  std::string name() const override {
    return "ManagedFunctionBackward";
  }

  variable_list apply(variable_list&& gradients) override {
    // Another thread may run backward through the same graph.
    const std::lock_guard<std::mutex> lock(mutex_);
    if (materialize_) {
      at::OptionalDeviceGuard guard;
      for (size_t i = 0; i < gradients.size() && i < outputs_.size(); i++) {
        if (!gradients[i].defined()) {
          gradients[i] = outputs_[i].zeros(guard);
        }
      }
    }
    std::vector<void*> handles;
    handles.reserve(gradients.size());
    for (auto& gradient : gradients) {
      handles.push_back(elt::release(std::move(gradient)));
    }
    std::vector<void*> results(num_outputs(), nullptr);
    TORCH_CHECK(elt::callbacks_allowed, "the process is about to end");
    void* failure = backward_(owner_, this, handles.data(), static_cast<int32_t>(handles.size()), results.data());
    variable_list found;
    found.reserve(results.size());
    for (auto* handle : results) {
      found.push_back(handle == nullptr ? at::Tensor() : at::Tensor(elt::TensorPointer::reclaim(elt::impl(handle))));
    }
    if (failure != nullptr) {
      const auto let_go = [release = release_](void* exception) {
        if (elt::callbacks_allowed) {
          release(exception);
        }
      };
      throw elt::ManagedFailure("the managed backward function threw an exception", std::shared_ptr<void>(failure, let_go));
    }
    return found;
  }

  void release_variables() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& saved : saved_) {
      saved.reset_data();
    }
    released_ = true;
  }

  // Called after the outputs have their history: only then does SavedVariable see which of them are this node's own.
  void save(void** tensors, int32_t count, const variable_list& outputs, void** raw_outputs) {
    for (int32_t i = 0; i < count; i++) {
      at::Tensor tensor = elt::borrow(tensors[i]);
      for (size_t k = 0; tensor.defined() && k < outputs.size(); k++) {
        // An output that had to be replaced by a view of itself is saved as the one that has the history.
        if (tensors[i] == raw_outputs[k]) {
          tensor = outputs[k];
        }
      }
      const bool is_output = tensor.defined() && tensor.grad_fn().get() == this;
      saved_.emplace_back(tensor, is_output);
    }
  }

  void describe_outputs(const variable_list& outputs, bool materialize) {
    materialize_ = materialize;
    for (const auto& output : outputs) {
      outputs_.push_back(output.defined() ? torch::autograd::VariableInfo(output) : torch::autograd::VariableInfo());
    }
  }

  int32_t unpack(void** results, int32_t capacity) {
    TORCH_CHECK(!released_, torch::autograd::ERR_BACKWARD_TWICE);
    if (static_cast<int32_t>(saved_.size()) <= capacity) {
      variable_list unpacked;
      for (auto& saved : saved_) {
        unpacked.push_back(saved.unpack(shared_from_this()));
      }
      for (auto& tensor : unpacked) {
        *results++ = elt::release(std::move(tensor));
      }
    }
    return static_cast<int32_t>(saved_.size());
  }

 private:
  void* owner_;
  elt_backward_callback backward_;
  elt_release_callback release_;
  bool materialize_ = true;
  bool released_ = false;
  std::vector<torch::autograd::SavedVariable> saved_;
  std::vector<torch::autograd::VariableInfo> outputs_;
};

std::unordered_set<at::TensorImpl*> set_of(void** handles, int32_t count) {
  std::unordered_set<at::TensorImpl*> set;
  for (int32_t i = 0; i < count; i++) {
    set.insert(elt::impl(handles[i]));
  }
  return set;
}

// libtorch gave this function more arguments over time; the newer ones serve functions that we do not offer.
template <class F, class Inputs, class Set, class Outputs, class NodePointer, class Jvp>
auto wrap_outputs(F* wrap, const Inputs& inputs, const Set& skipped, const Set& dirty, const Outputs& outputs, const NodePointer& node, const Jvp& jvp) {
  [[maybe_unused]] const auto view_as_self = [](const at::Tensor& tensor) { return tensor.view_as(tensor); };
  using View = decltype(view_as_self);
  if constexpr (std::is_invocable_v<F*, Inputs, Set, Set, Outputs, NodePointer, Jvp>) {
    return wrap(inputs, skipped, dirty, outputs, node, jvp);
  } else if constexpr (std::is_invocable_v<F*, Inputs, Set, Set, Outputs, NodePointer, Jvp, Set>) {
    return wrap(inputs, skipped, dirty, outputs, node, jvp, Set{});
  } else if constexpr (std::is_invocable_v<F*, Inputs, Set, Set, Outputs, NodePointer, Jvp, Set, View>) {
    return wrap(inputs, skipped, dirty, outputs, node, jvp, Set{}, view_as_self);
  } else {
    return wrap(inputs, skipped, dirty, outputs, node, jvp, Set{}, view_as_self, false);
  }
}

variable_list unsupported_jvp(const variable_list&, const variable_list&) {
  throw std::runtime_error("forward-mode differentiation of a managed function is not available");
}

}  // namespace

ELT_EXPORT int32_t elt_custom_node(elt_node_request* request, void** results) {
  bool owned = false;
  return elt::guarded<int32_t>(-1, [&] {
    try {
      const auto inputs = elt::borrow_all(request->inputs, request->input_count);
      const auto skipped = set_of(request->non_differentiable, request->non_differentiable_count);
      const auto dirty = set_of(request->dirty, request->dirty_count);
      for (auto* tensor : dirty) {
        tensor->bump_version();
      }
      std::vector<elt_optional<at::Tensor>> raw;
      for (const auto& output : elt::borrow_all(request->outputs, request->output_count)) {
        raw.push_back(output.defined() ? elt_optional<at::Tensor>(output) : elt_optional<at::Tensor>());
      }

      std::shared_ptr<ManagedNode> node;
      if (request->recorded != 0) {
        node = std::shared_ptr<ManagedNode>(
            new ManagedNode(request->owner, request->backward, request->release), torch::autograd::deleteNode);
        owned = true;
        node->set_next_edges(torch::autograd::collect_next_edges(inputs));
        node->clear_input_metadata();
      }
      const torch::autograd::_jvp_fn_t jvp = unsupported_jvp;
      const std::shared_ptr<torch::autograd::Node> base = node;
      auto wrapped = wrap_outputs(
          &torch::autograd::_wrap_outputs, inputs, skipped, dirty, at::ArrayRef<elt_optional<at::Tensor>>(raw), base, jvp);

      variable_list outputs;
      for (auto& output : wrapped) {
        outputs.push_back(output.has_value() ? *output : at::Tensor());
      }
      if (node) {
        node->describe_outputs(outputs, request->materialize_gradients != 0);
        node->save(request->saved, request->saved_count, outputs, request->outputs);
      } else {
        request->release(request->owner);
        owned = true;
      }
      for (auto& output : outputs) {
        *results++ = elt::release(std::move(output));
      }
      return 0;
    } catch (...) {
      if (!owned) {
        request->release(request->owner);
      }
      throw;
    }
  });
}

ELT_EXPORT int32_t elt_node_saved(void* node, void** results, int32_t capacity) {
  return elt::guarded<int32_t>(-1, [&] { return static_cast<ManagedNode*>(node)->unpack(results, capacity); });
}
