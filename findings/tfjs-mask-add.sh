#!/usr/bin/env bash
# TensorFlow.js: the sum of two masked sequences cannot go into an LSTM: the merged mask has the wrong shape.
. "$(dirname "$0")/program.sh"
node_program @tensorflow/tfjs@4.22.0 <<'JS'
const tf = require('@tensorflow/tfjs');
const lstm = sequences => tf.layers.lstm({ units: 1 }).apply(sequences);
function run(masked, merge) {
    const input = tf.input({ shape: [3, 1] });
    const sequence = masked ? tf.layers.masking({ maskValue: 0 }).apply(input) : input;
    try {
        const output = lstm(merge ? tf.layers.add().apply([sequence, sequence]) : sequence);
        return `shape ${JSON.stringify(tf.model({ inputs: input, outputs: output }).predict(tf.ones([2, 3, 1])).shape)}`;
    } catch (error) {
        return error.message;
    }
}
const [both, mask, add] = [run(true, true), run(true, false), run(false, true)];
console.log(`output    masked and added: ${both}`);
console.log(`output    masked: ${mask}; added: ${add}`);
expect(mask === 'shape [2,1]' && add === 'shape [2,1]', 'a mask alone works, and a sum alone');
expect(both.startsWith('Error in'), 'a sum of masked sequences is an error of shapes at the first call');
JS
