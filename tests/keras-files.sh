#!/usr/bin/env bash
# Reads what KerasFile.Save writes by other programs: each .h5 and .keras by h5py (apt-get install python3-h5py), which finds the weights
# that were written, and each .h5 in TensorFlow.js, with its configuration and weights in a model.json, which predicts what the library
# predicts, to 1e-6. The results are kept in tests/keras-files/results.json. Keras itself is not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work/npm" @tensorflow/tfjs@4.22.0
dotnet run -c Release --project tests/EchoLstm.Tests -- keras-models "$work/models"
/usr/bin/python3 tests/keras-files/arrays.py "$work/models"
NODE_PATH=$work/npm/node_modules node tests/keras-files/predict.js "$work/models" tests/keras-files/results.json
