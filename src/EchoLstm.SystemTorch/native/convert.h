// An operator with what is needed to check and convert its arguments. callBoxed itself checks neither number nor types.
#pragma once

#include "boundary.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <string>
#include <vector>

namespace elt {

enum class Kind {
  Tensor,
  Int,
  Double,
  Bool,
  Scalar,
  String,
  Device,
  Generator,
  IntList,
  DoubleList,
  BoolList,
  ScalarList,
  TensorList,
  OptionalTensorList,
  Unsupported,
};

struct Parameter {
  std::string name;
  std::string type;
  Kind kind;
  bool optional;
  int32_t fixed_length;  // int[2] takes one int for both; 0 for other types
  bool has_default;
  c10::IValue default_value;
};

struct Operator {
  explicit Operator(c10::OperatorHandle handle);

  c10::OperatorHandle handle;
  std::string declaration;
  std::vector<Parameter> parameters;
};

// Pushes all of the operator's arguments; those left out take the defaults. Throws with the name of the one that does not fit.
void convert(const Operator& op, const elt_argument* arguments, int32_t count, torch::jit::Stack& stack);

}  // namespace elt
