#!/usr/bin/env bash
# TensorFlow.js: Masking reaches the LSTM and not the loss: padded steps count in fit and evaluate.
. "$(dirname "$0")/program.sh"
node_program @tensorflow/tfjs@4.22.0 <<'JS'
const tf = require('@tensorflow/tfjs');
const model = tf.sequential();
model.add(tf.layers.masking({ maskValue: 0, inputShape: [3, 1] }));
model.add(tf.layers.lstm({ units: 1, kernelInitializer: 'ones', recurrentInitializer: 'ones', returnSequences: true }));
model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
const x = tf.tensor3d([[[1], [2], [0]]]);
const y = model.predict(x).dataSync();
const loss = model.evaluate(x, tf.zeros([1, 3, 1])).dataSync()[0];
const mean = steps => Array.from(y).slice(0, steps).reduce((sum, value) => sum + value * value, 0) / steps;
console.log(`output    three steps, the last one padding: ${Array.from(y, value => value.toFixed(4))}`);
console.log(`output    loss ${loss.toFixed(4)}; mean of the two real steps ${mean(2).toFixed(4)}, of all three ${mean(3).toFixed(4)}`);
expect(y[2] === y[1], 'the LSTM sees the mask: the padded step repeats the last output');
expect(Math.abs(loss - mean(3)) < 1e-5 && Math.abs(loss - mean(2)) > .05, 'the loss is the mean over all steps, the padded one too');
JS
