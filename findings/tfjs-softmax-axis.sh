#!/usr/bin/env bash
# TensorFlow.js: the Softmax layer's default axis is 1, not the last: on sequences it throws, where the activation of the same name works.
. "$(dirname "$0")/program.sh"
node_program @tensorflow/tfjs@4.22.0 <<'JS'
const tf = require('@tensorflow/tfjs');
const x = tf.ones([1, 3, 4]);
let refusal = '';
try { tf.layers.softmax().apply(x); } catch (error) { refusal = error.message; }
const activation = tf.layers.activation({ activation: 'softmax' }).apply(x).dataSync();
console.log(`output    layers.softmax(): ${refusal}`);
console.log(`output    layers.activation({activation: 'softmax'}): ${activation.slice(0, 4)}`);
expect(tf.layers.softmax().getConfig().axis === 1, 'the default axis is 1');
expect(refusal.includes('non-last dimension'), 'so three axes are refused');
expect(activation.every(value => Math.abs(value - .25) < 1e-6), 'the activation softmax takes the last axis');
JS
