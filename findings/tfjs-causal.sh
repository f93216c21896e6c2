#!/usr/bin/env bash
# TensorFlow.js: a causal Conv1D builds, with one step too few in its shape, and its first call throws.
. "$(dirname "$0")/program.sh"
node_program @tensorflow/tfjs@4.22.0 <<'JS'
const tf = require('@tensorflow/tfjs');
const model = tf.sequential();
model.add(tf.layers.conv1d({ filters: 1, kernelSize: 2, padding: 'causal', inputShape: [24, 1] }));
let refusal = '';
try { model.predict(tf.zeros([1, 24, 1])); } catch (error) { refusal = error.message; }
console.log(`output    shape ${JSON.stringify(model.outputShape)}; predict: ${refusal}`);
expect(model.outputShape[1] === 23, 'the model builds, and says 23 steps of 24: a causal convolution keeps all');
expect(refusal.includes('not implemented'), 'its first call says that causal padding is not implemented');
JS
