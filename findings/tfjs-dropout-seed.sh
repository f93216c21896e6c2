#!/usr/bin/env bash
# TensorFlow.js: a Dropout layer with a seed drops the same units at every call, so these are never trained.
. "$(dirname "$0")/program.sh"
node_program @tensorflow/tfjs@4.22.0 <<'JS'
const tf = require('@tensorflow/tfjs');
function patterns(seed) {
    const layer = tf.layers.dropout({ rate: .5, seed });
    const pattern = () => Array.from(layer.apply(tf.ones([1, 64]), { training: true }).dataSync(), value => value ? 1 : 0).join('');
    return Array.from({ length: 20 }, pattern);
}
const [seeded, unseeded] = [patterns(3), patterns(undefined)];
console.log(`output    seeded: ${new Set(seeded).size} pattern in 20 calls, ${seeded[0]}`);
console.log(`output    without a seed: ${new Set(unseeded).size} patterns in 20 calls`);
expect(new Set(seeded).size === 1, 'with a seed, 20 calls drop the same units');
expect(new Set(unseeded).size === 20, 'without, each call drops others');
JS
