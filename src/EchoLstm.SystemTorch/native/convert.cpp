#include "convert.h"

#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <sstream>

namespace elt {
namespace {

Kind kind_of_element(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::IntType:
      return Kind::IntList;
    case c10::TypeKind::FloatType:
      return Kind::DoubleList;
    case c10::TypeKind::BoolType:
      return Kind::BoolList;
    case c10::TypeKind::NumberType:
      return Kind::ScalarList;
    case c10::TypeKind::TensorType:
      return Kind::TensorList;
    case c10::TypeKind::OptionalType:
      return type->expect<c10::OptionalType>()->getElementType()->kind() == c10::TypeKind::TensorType
          ? Kind::OptionalTensorList
          : Kind::Unsupported;
    default:
      return Kind::Unsupported;
  }
}

// Of the two types of an argument this is the plain one: int also where the operator says SymInt, ScalarType or Layout.
Kind kind_of(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return Kind::Tensor;
    case c10::TypeKind::IntType:
      return Kind::Int;
    case c10::TypeKind::FloatType:
      return Kind::Double;
    case c10::TypeKind::BoolType:
      return Kind::Bool;
    case c10::TypeKind::NumberType:
      return Kind::Scalar;
    case c10::TypeKind::StringType:
      return Kind::String;
    case c10::TypeKind::DeviceObjType:
      return Kind::Device;
    case c10::TypeKind::GeneratorType:
      return Kind::Generator;
    case c10::TypeKind::ListType:
      return kind_of_element(type->expect<c10::ListType>()->getElementType());
    default:
      return Kind::Unsupported;
  }
}

const char* describe(int32_t tag) {
  static const char* const names[] = {
      "none", "default", "a tensor", "an int", "a float", "a bool", "a complex number", "ints", "floats", "bools", "tensors",
      "a string", "a device", "a generator"};
  return tag >= 0 && tag < 14 ? names[tag] : "nothing known";
}

template <class T, class S>
c10::List<T> list_of(const elt_argument& argument) {
  c10::List<T> list;
  list.reserve(argument.count);
  const auto* values = static_cast<const S*>(argument.v.p);
  for (int32_t i = 0; i < argument.count; i++) {
    list.push_back(static_cast<T>(values[i]));
  }
  return list;
}

at::Tensor tensor_at(const elt_argument& argument, int32_t index) {
  return borrow(static_cast<void* const*>(argument.v.p)[index]);
}

bool push_list(const Parameter& parameter, const elt_argument& argument, torch::jit::Stack& stack) {
  const bool single = parameter.fixed_length > 0;
  switch (parameter.kind) {
    case Kind::IntList:
      if (argument.tag == ELT_INT_LIST) {
        stack.emplace_back(list_of<int64_t, int64_t>(argument));
        return true;
      }
      if (argument.tag == ELT_INT && single) {
        stack.emplace_back(c10::List<int64_t>(std::vector<int64_t>(parameter.fixed_length, argument.v.i)));
        return true;
      }
      return false;
    case Kind::DoubleList:
      if (argument.tag == ELT_DOUBLE_LIST) {
        stack.emplace_back(list_of<double, double>(argument));
        return true;
      }
      return false;
    case Kind::BoolList:
      if (argument.tag == ELT_BOOL_LIST) {
        stack.emplace_back(list_of<bool, uint8_t>(argument));
        return true;
      }
      if (argument.tag == ELT_BOOL && single) {
        stack.emplace_back(c10::List<bool>(std::initializer_list<bool>{argument.v.i != 0}));
        return true;
      }
      return false;
    case Kind::ScalarList: {
      if (argument.tag != ELT_DOUBLE_LIST && argument.tag != ELT_INT_LIST) {
        return false;
      }
      c10::impl::GenericList list(c10::NumberType::get());
      for (int32_t i = 0; i < argument.count; i++) {
        if (argument.tag == ELT_INT_LIST) {
          list.emplace_back(static_cast<const int64_t*>(argument.v.p)[i]);
        } else {
          list.emplace_back(static_cast<const double*>(argument.v.p)[i]);
        }
      }
      stack.emplace_back(std::move(list));
      return true;
    }
    case Kind::TensorList: {
      if (argument.tag != ELT_TENSOR_LIST) {
        return false;
      }
      c10::List<at::Tensor> list;
      list.reserve(argument.count);
      for (int32_t i = 0; i < argument.count; i++) {
        auto tensor = tensor_at(argument, i);
        TORCH_CHECK(tensor.defined(), "argument '", parameter.name, "' has no tensor at position ", i);
        list.push_back(std::move(tensor));
      }
      stack.emplace_back(std::move(list));
      return true;
    }
    case Kind::OptionalTensorList: {
      if (argument.tag != ELT_TENSOR_LIST) {
        return false;
      }
      c10::List<elt_optional<at::Tensor>> list;
      list.reserve(argument.count);
      for (int32_t i = 0; i < argument.count; i++) {
        auto tensor = tensor_at(argument, i);
        list.push_back(tensor.defined() ? elt_optional<at::Tensor>(std::move(tensor)) : elt_optional<at::Tensor>());
      }
      stack.emplace_back(std::move(list));
      return true;
    }
    default:
      return false;
  }
}

bool push_number(const elt_argument& argument, torch::jit::Stack& stack) {
  switch (argument.tag) {
    case ELT_INT:
      stack.emplace_back(argument.v.i);
      return true;
    case ELT_DOUBLE:
      stack.emplace_back(argument.v.d);
      return true;
    case ELT_BOOL:
      stack.emplace_back(argument.v.i != 0);
      return true;
    case ELT_COMPLEX: {
      const auto* parts = static_cast<const double*>(argument.v.p);
      stack.emplace_back(c10::complex<double>(parts[0], parts[1]));
      return true;
    }
    default:
      return false;
  }
}

bool push(const Parameter& parameter, const elt_argument& argument, torch::jit::Stack& stack) {
  switch (parameter.kind) {
    case Kind::Tensor:
      if (argument.tag == ELT_TENSOR) {
        stack.emplace_back(borrow(const_cast<void*>(argument.v.p)));
        return true;
      }
      return false;
    case Kind::Int:
      if (argument.tag == ELT_INT) {
        stack.emplace_back(argument.v.i);
        return true;
      }
      return false;
    case Kind::Double:
      if (argument.tag == ELT_DOUBLE || argument.tag == ELT_INT) {
        stack.emplace_back(argument.tag == ELT_INT ? static_cast<double>(argument.v.i) : argument.v.d);
        return true;
      }
      return false;
    case Kind::Bool:
      if (argument.tag == ELT_BOOL) {
        stack.emplace_back(argument.v.i != 0);
        return true;
      }
      return false;
    case Kind::Scalar:
      return push_number(argument, stack);
    case Kind::String:
      if (argument.tag == ELT_STRING) {
        stack.emplace_back(std::string(static_cast<const char*>(argument.v.p), argument.count));
        return true;
      }
      return false;
    case Kind::Device:
      if (argument.tag == ELT_DEVICE) {
        stack.emplace_back(c10::Device(static_cast<c10::DeviceType>(argument.count), static_cast<c10::DeviceIndex>(argument.v.i)));
        return true;
      }
      return false;
    case Kind::Generator:
      if (argument.tag == ELT_GENERATOR) {
        stack.emplace_back(at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(
            static_cast<c10::GeneratorImpl*>(const_cast<void*>(argument.v.p)))));
        return true;
      }
      return false;
    default:
      return push_list(parameter, argument, stack);
  }
}

}  // namespace

Operator::Operator(c10::OperatorHandle found) : handle(found) {
  const auto& schema = handle.schema();
  std::ostringstream text;
  text << schema;
  declaration = text.str();
  for (const auto& argument : schema.arguments()) {
    auto type = argument.type();
    const bool optional = type->kind() == c10::TypeKind::OptionalType;
    if (optional) {
      type = type->expect<c10::OptionalType>()->getElementType();
    }
    const auto& given = argument.default_value();
    parameters.push_back(
        {argument.name(), argument.type()->str(), kind_of(type), optional, argument.N() ? *argument.N() : 0, given.has_value(),
         given.has_value() ? *given : c10::IValue()});
  }
}

void convert(const Operator& op, const elt_argument* arguments, int32_t count, torch::jit::Stack& stack) {
  const auto total = static_cast<int32_t>(op.parameters.size());
  TORCH_CHECK(count <= total, "takes at most ", total, " arguments but was given ", count, ": ", op.declaration);
  stack.reserve(total);
  for (int32_t i = 0; i < total; i++) {
    const auto& parameter = op.parameters[i];
    if (i >= count || arguments[i].tag == ELT_DEFAULT) {
      TORCH_CHECK(parameter.has_default, "argument '", parameter.name, "' (position ", i, ") is missing: ", op.declaration);
      stack.push_back(parameter.default_value);
    } else if (arguments[i].tag == ELT_NONE) {
      TORCH_CHECK(parameter.optional, "argument '", parameter.name, "' (position ", i, ") cannot be none: ", op.declaration);
      stack.emplace_back();
    } else {
      TORCH_CHECK(
          push(parameter, arguments[i], stack), "argument '", parameter.name, "' (position ", i, ") is ", parameter.type,
          " but was given ", describe(arguments[i].tag), ": ", op.declaration);
    }
  }
}

}  // namespace elt
