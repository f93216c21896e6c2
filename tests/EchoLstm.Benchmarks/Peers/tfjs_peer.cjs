// The workloads in TensorFlow.js, on its backend of plain JavaScript, the one that needs nothing native. It is found through NODE_PATH.
// Protocol: "open KIND BATCH STEPS FEATURES UNITS OUTPUTS STEPS_OUT" answers "ok"; "run N" answers the seconds of N steps.
'use strict';

// Its greeting goes to the console, which is ours to answer on.
for (const name of ['log', 'info', 'warn']) console[name] = () => {};
const tf = require('@tensorflow/tfjs');

function oneHot(rows, steps, classes) {
  return tf.tidy(() => tf.oneHot(tf.randomUniform([rows * steps], 0, classes, 'int32'), classes).toFloat().reshape([rows, steps, classes]));
}

function lstm(units, returnSequences, rest = {}) {
  return tf.layers.lstm({ units, returnSequences, recurrentActivation: 'sigmoid', ...rest });
}

function open(kind, batch, steps, features, units, outputs, stepsOut) {
  const classes = kind === 'echo' || kind === 'encoder-decoder';
  const stateful = classes || kind === 'stream';
  const model = tf.sequential();
  model.add(lstm(units, kind !== 'last' && kind !== 'encoder-decoder', { batchInputShape: [batch, steps, features], stateful }));
  if (kind === 'encoder-decoder') {
    model.add(tf.layers.repeatVector({ n: stepsOut }));
    model.add(lstm(units, true, { stateful }));
  }
  if (kind === 'last') model.add(tf.layers.dense({ units: outputs }));
  else if (kind !== 'alone') model.add(tf.layers.timeDistributed({ layer: tf.layers.dense({ units: outputs, activation: classes ? 'softmax' : 'linear' }) }));
  model.compile(classes
    ? { loss: 'categoricalCrossentropy', optimizer: tf.train.adam(0.001), metrics: ['accuracy'] }
    : { loss: 'meanSquaredError', optimizer: tf.train.adam(0.001) });
  const x = classes ? oneHot(batch, steps, features) : tf.randomUniform([batch, steps, features]);
  const y = classes ? oneHot(batch, stepsOut, outputs) : tf.randomUniform(kind === 'last' ? [batch, outputs] : [batch, stepsOut, outputs]);
  const runs = kind === 'stream' || kind === 'predict';
  return {
    step: runs ? async () => tf.dispose(model.predictOnBatch(x)) : () => model.trainOnBatch(x, y),
    close: () => { tf.dispose([x, y]); model.dispose(); },
  };
}

async function main() {
  await tf.setBackend('cpu');
  let current = null;
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'open') {
      current?.close();
      current = open(rest[0], ...rest.slice(1).map(Number));
      process.stdout.write('ok\n');
    } else {
      const start = process.hrtime.bigint();
      for (let i = 0; i < Number(rest[0]); i++) await current.step();
      process.stdout.write(`${Number(process.hrtime.bigint() - start) / 1e9}\n`);
    }
  }
}

main();
