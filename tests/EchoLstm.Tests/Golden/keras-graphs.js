// Makes keras-graphs.json with TensorFlow.js Layers, which has Keras's semantics and writes Keras 2's configuration:
//   npm install @tensorflow/tfjs@4.22.0
//   node keras-graphs.js keras-graphs.json
// Weights and data come from a seeded generator, in steps of 1/64; outputs are in float32.
const tf = require('@tensorflow/tfjs');
const fs = require('fs');

let seed = 1;

// Uniform in [-limit, limit), by mulberry32.
function uniform(limit) {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.round(((((t ^ (t >>> 14)) >>> 0) / 2147483648) - 1) * limit * 64) / 64;
}

const size = shape => shape.reduce((product, length) => product * length, 1);
const random = (shape, limit = 1) => tf.tensor(Array.from({ length: size(shape) }, () => uniform(limit)), shape);
const json = tensor => ({ shape: tensor.shape, values: Array.from(tensor.dataSync(), value => Number(value.toPrecision(9))) });
const apply = (layer, inputs, more) => layer.apply(inputs, more);
const layers = tf.layers;
// The default of gates was another function before Keras 2.3.
const lstm = options => layers.lstm({ recurrentActivation: 'sigmoid', ...options });
const gru = options => layers.gru({ recurrentActivation: 'sigmoid', ...options });

// Words of a sentence, with 0 where it has ended, or in the middle.
const words = (rows) => tf.tensor(rows);

const cases = {
  // Every merging layer, several inputs and outputs, a branch that is merged again.
  merges: () => {
    const a = tf.input({ shape: [4], name: 'left' }), b = tf.input({ shape: [4], name: 'right' }), s = tf.input({ shape: [5, 4], name: 'series' });
    const last = apply(lstm({ units: 4, name: 'reader' }), s);
    const sum = apply(layers.add({ name: 'sum' }), [a, b, last]);
    const product = apply(layers.multiply({ name: 'product' }), [a, b]);
    const mean = apply(layers.average({ name: 'mean' }), [sum, product]);
    const least = apply(layers.minimum({ name: 'least' }), [mean, last]);
    const most = apply(layers.maximum({ name: 'most' }), [mean, b]);
    const joined = apply(layers.concatenate({ name: 'joined' }), [least, most, sum]);
    const near = apply(layers.dot({ axes: -1, normalize: true, name: 'near' }), [sum, last]);
    const fit = apply(layers.dot({ axes: [1, 2], name: 'fit' }), [a, s]);
    const stacked = apply(layers.concatenate({ axis: 1, name: 'stacked' }), [s, apply(layers.repeatVector({ n: 2, name: 'twice' }), b)]);
    return {
      inputs: [s, a, b],
      outputs: [apply(layers.dense({ units: 3, name: 'head' }), joined), near, fit, apply(gru({ units: 2, name: 'second' }), stacked)],
      x: [random([3, 5, 4]), random([3, 4]), random([3, 4])],
    };
  },
  // One network for both of two texts: layers with weights once and several uses.
  shared: () => {
    const one = tf.input({ shape: [null], name: 'one' }), other = tf.input({ shape: [null], name: 'other' });
    const table = layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, name: 'words' });
    const reader = lstm({ units: 3, returnSequences: true, name: 'reader' }), ends = gru({ units: 3, name: 'ends' });
    const read = x => apply(ends, apply(layers.dropout({ rate: 0.5 }), apply(reader, apply(table, x))));
    const cosine = apply(layers.dot({ axes: 1, normalize: true, name: 'cosine' }), [read(one), read(other)]);
    return {
      inputs: [one, other],
      outputs: [apply(layers.dense({ units: 1, activation: 'sigmoid', name: 'same' }), cosine)],
      x: [words([[3, 1, 0, 4, 0], [2, 7, 1, 8, 2]]), words([[5, 0, 0], [1, 2, 3]])],
    };
  },
  // States that start another layer, of each kind of layer. Without a mask: TensorFlow.js would hand the encoder's on to the decoder.
  'encoder-decoder': () => {
    const source = tf.input({ shape: [null], name: 'source' }), target = tf.input({ shape: [null, 2], name: 'target' });
    const seen = apply(layers.embedding({ inputDim: 7, outputDim: 3, name: 'symbols' }), source);
    const [, h, c] = apply(lstm({ units: 4, returnState: true, name: 'encoder' }), seen);
    const [steps, after] = apply(lstm({ units: 4, returnSequences: true, returnState: true, name: 'decoder' }), target, { initialState: [h, c] });
    const [read, state] = apply(gru({ units: 4, returnSequences: true, returnState: true, name: 'second' }), steps, { initialState: [after] });
    const plain = apply(layers.simpleRNN({ units: 4, returnSequences: true, name: 'third' }), read, { initialState: [state] });
    return {
      inputs: [source, target],
      outputs: [apply(layers.timeDistributed({ layer: layers.dense({ units: 2, name: 'step' }), name: 'told' }), plain), after],
      x: [words([[3, 1, 4, 0], [2, 6, 0, 0], [5, 5, 5, 5]]), random([3, 6, 2])],
    };
  },
  // An encoder alone: the states are what it gives, the output is not.
  encoder: () => {
    const source = tf.input({ shape: [4, 3], name: 'source' });
    const [, h, c] = apply(lstm({ units: 3, returnState: true, name: 'encoder' }), source);
    return { inputs: [source], outputs: [h, c], x: [random([2, 4, 3])] };
  },
  // Models in the model: a graph with two outputs and a sequence, each used twice.
  nested: () => {
    const x = tf.input({ shape: [4, 3], name: 'x' }), y = tf.input({ shape: [2], name: 'y' });
    const [, h, c] = apply(lstm({ units: 2, returnState: true, name: 'inside' }), x);
    const inner = tf.model({ inputs: [x, y], outputs: [apply(layers.add({ name: 'with' }), [h, y]), apply(layers.dense({ units: 2, name: 'after' }), c)], name: 'inner' });
    const row = tf.sequential({ layers: [layers.dense({ units: 2, inputShape: [2], activation: 'tanh', name: 'first' }), layers.dense({ units: 2, name: 'then' })], name: 'row' });
    const a = tf.input({ shape: [4, 3], name: 'a' }), b = tf.input({ shape: [2], name: 'b' });
    const [p, q] = apply(inner, [a, apply(row, b)]);
    const [r] = apply(inner, [a, apply(row, p)]);
    return { inputs: [b, a], outputs: [apply(layers.concatenate({ name: 'all' }), [p, q, r])], x: [random([3, 2]), random([3, 4, 3])] };
  },
};

async function main() {
  await tf.setBackend('cpu');
  const made = {};
  for (const [name, make] of Object.entries(cases)) {
    const { inputs, outputs, x } = make();
    const model = tf.model({ inputs, outputs, name });
    model.setWeights(model.getWeights().map(weight => random(weight.shape, 0.75)));
    let artifacts;
    await model.save(tf.io.withSaveHandler(async saved => { artifacts = saved; return { modelArtifactsInfo: {} }; }));
    const numbers = new Float32Array(artifacts.weightData);
    let offset = 0;
    const predicted = model.predict(x.length === 1 ? x[0] : x);
    made[name] = {
      topology: artifacts.modelTopology,
      weights: artifacts.weightSpecs.map(spec => {
        const values = Array.from(numbers.slice(offset, offset += size(spec.shape)));
        return { name: spec.name, shape: spec.shape, values };
      }),
      inputs: x.map(json),
      outputs: (Array.isArray(predicted) ? predicted : [predicted]).map(json),
    };
  }
  fs.writeFileSync(process.argv[2], JSON.stringify(made, null, 0).replace(/\{"name":"([^"]+)","shape"/g, '\n{"name":"$1","shape"').replace(/"(topology|weights|inputs|outputs)":/g, '\n"$1":') + '\n');
}

main();
