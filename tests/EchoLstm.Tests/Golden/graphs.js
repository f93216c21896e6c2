// Makes graphs.json and multi-head-attention.json with TensorFlow.js Layers, which has Keras's semantics:
//   npm install @tensorflow/tfjs@4.22.0 esbuild@0.25
//   npx esbuild graphs.js --bundle --platform=node --main-fields=module,main --outfile=made.js && node made.js FOLDER
// The bundle is needed as the package does not export its MultiHeadAttention.
// Weights and data come from a seeded generator; nothing is shuffled. Batches are trained one by one with TensorFlow.js's gradients and its
// Adam, whose epsilon is set before each step to what it is in Keras's place: eps / sqrt(1 - beta2^t).
const tf = require('@tensorflow/tfjs');
const { MultiHeadAttention } = require('@tensorflow/tfjs-layers/dist/layers/nlp/multihead_attention');
const fs = require('fs');
const path = require('path');

const Epochs = 50, LearningRate = 0.005, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-7;
const KeptEpochs = [1, 2, 10];

let seed = 1;

// Uniform in [-1, 1), by mulberry32.
function uniform() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return (((t ^ (t >>> 14)) >>> 0) / 2147483648) - 1;
}

const size = shape => shape.reduce((product, length) => product * length, 1);
const random = (shape, limit = 1) => tf.tensor(Array.from({ length: size(shape) }, () => uniform() * limit), shape);
const classes = (shape, count) => tf.tensor(Array.from({ length: size(shape) }, () => Math.floor((uniform() + 1) / 2 * count)), shape, 'int32');
const json = (tensor, name) => ({ ...(name && { name }), shape: tensor.shape, values: Array.from(tensor.dataSync(), value => Number(value.toPrecision(9))) });

const lstm = (units, name, more = {}) => tf.layers.lstm({ units, name, recurrentActivation: 'sigmoid', ...more });
const each = (layer, name) => tf.layers.timeDistributed({ layer, name });

// Means over samples and steps, as Keras has them.
const losses = {
  meanSquaredError: (y, p) => tf.mean(tf.square(tf.sub(p, y))),
  categoricalCrossentropy: (y, p) => {
    const shares = tf.clipByValue(tf.div(p, tf.sum(p, -1, true)), 1e-7, 1 - 1e-7);
    return tf.mean(tf.neg(tf.sum(tf.mul(y, tf.log(shares)), -1)));
  },
  binaryCrossentropy: (y, p) => {
    const q = tf.clipByValue(p, 1e-7, 1 - 1e-7);
    return tf.mean(tf.neg(tf.add(tf.mul(y, tf.log(q)), tf.mul(tf.sub(1, y), tf.log(tf.sub(1, q))))));
  },
};

// 12 samples in batches of 5: the last has 2.
const Samples = 12, BatchSize = 5;

const cases = {
  'encoder-decoder': () => {
    const source = tf.input({ shape: [5, 3], name: 'source' }), target = tf.input({ shape: [4, 2], name: 'target' });
    const [, h, c] = lstm(6, 'encoder', { returnState: true }).apply(source);
    const steps = lstm(6, 'decoder', { returnSequences: true }).apply(target, { initialState: [h, c] });
    const told = each(tf.layers.dense({ units: 4, activation: 'softmax' }), 'head').apply(steps);
    return {
      inputs: [source, target], outputs: [told], losses: ['categoricalCrossentropy'], lossWeights: [1],
      x: [random([Samples, 5, 3]), random([Samples, 4, 2])], y: [tf.oneHot(classes([Samples, 4], 4), 4).toFloat()],
    };
  },
  'two-inputs': () => {
    const series = tf.input({ shape: [6, 2], name: 'series' }), kind = tf.input({ shape: [3], name: 'kind' });
    const seen = lstm(5, 'reader').apply(series);
    const known = tf.layers.dense({ units: 4, activation: 'tanh', name: 'known' }).apply(kind);
    const both = tf.layers.concatenate({ name: 'both' }).apply([seen, known]);
    return {
      inputs: [series, kind], outputs: [tf.layers.dense({ units: 2, name: 'head' }).apply(both)], losses: ['meanSquaredError'], lossWeights: [1],
      x: [random([Samples, 6, 2]), random([Samples, 3])], y: [random([Samples, 2])],
    };
  },
  'two-outputs': () => {
    const series = tf.input({ shape: [6, 2], name: 'series' });
    const steps = lstm(5, 'body', { returnSequences: true }).apply(series);
    const near = each(tf.layers.dense({ units: 2 }), 'near').apply(steps);
    const far = tf.layers.dense({ units: 3, activation: 'softmax', name: 'far' }).apply(lstm(4, 'end').apply(steps));
    return {
      inputs: [series], outputs: [near, far], losses: ['meanSquaredError', 'categoricalCrossentropy'], lossWeights: [1, 0.3],
      x: [random([Samples, 6, 2])], y: [random([Samples, 6, 2]), tf.oneHot(classes([Samples], 3), 3).toFloat()],
    };
  },
  'shared-lstm': () => {
    const left = tf.input({ shape: [4, 3], name: 'left' }), right = tf.input({ shape: [7, 3], name: 'right' });
    const shared = lstm(5, 'shared');
    const [one, other] = [shared.apply(left), shared.apply(right)];
    const cosine = tf.layers.dot({ axes: -1, normalize: true, name: 'cosine' }).apply([one, other]);
    const product = tf.layers.multiply({ name: 'product' }).apply([one, other]);
    const both = tf.layers.concatenate({ name: 'both' }).apply([cosine, product]);
    return {
      inputs: [left, right], outputs: [tf.layers.dense({ units: 1, activation: 'sigmoid', name: 'same' }).apply(both)],
      losses: ['binaryCrossentropy'], lossWeights: [1],
      x: [random([Samples, 4, 3]), random([Samples, 7, 3])], y: [classes([Samples, 1], 2).toFloat()],
    };
  },
  'masked-encoder': () => {
    const words = tf.input({ shape: [5], name: 'words' }), target = tf.input({ shape: [3, 2], name: 'target' });
    const vectors = tf.layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true, name: 'vectors' }).apply(words);
    const [, h, c] = lstm(4, 'encoder', { returnState: true }).apply(vectors);
    const steps = lstm(4, 'decoder', { returnSequences: true }).apply(target, { initialState: [h, c] });
    const numbers = classes([Samples, 5], 5).add(1).arraySync();
    numbers.forEach((sentence, i) => { sentence.fill(0, 5 - (i % 3)); });
    return {
      inputs: [words, target], outputs: [each(tf.layers.dense({ units: 1 }), 'head').apply(steps)], losses: ['meanSquaredError'], lossWeights: [1],
      x: [tf.tensor2d(numbers), random([Samples, 3, 2])], y: [random([Samples, 3, 1])],
    };
  },
};

// Kernels of Keras's initial sizes, from the generator above.
function weightsOf(model) {
  return model.layers.flatMap(layer => layer.getWeights().map((weight, i) => {
    const name = `${layer.name}/${layer.weights[i].originalName.split('/').pop()}`;
    const isBias = weight.shape.length === 1;
    return { name, value: random(weight.shape, isBias ? 0.2 : Math.sqrt(6 / (weight.shape[0] + weight.shape[weight.shape.length - 1]))) };
  }));
}

function train(name) {
  const made = cases[name]();
  const model = tf.model({ inputs: made.inputs, outputs: made.outputs });
  const weights = weightsOf(model);
  model.setWeights(weights.map(weight => weight.value));
  const now = () => model.getWeights().map((weight, i) => json(weight, weights[i].name));
  const initial = now();
  const predict = () => [model.predict(made.x)].flat().map(output => json(output));
  const expected = { initialPredictions: predict(), losses: {}, weightsAfterEpoch: {} };
  const names = made.outputs.map(output => output.sourceLayer.name);
  const figures = names.length === 1 ? ['loss'] : ['loss', ...names.map(one => `${one}_loss`)];
  figures.forEach(figure => { expected.losses[figure] = []; });
  const adam = tf.train.adam(LearningRate, Beta1, Beta2, Epsilon);
  let step = 0;
  for (let epoch = 1; epoch <= Epochs; epoch++) {
    const sums = figures.map(() => 0);
    for (let start = 0; start < Samples; start += BatchSize) {
      const count = Math.min(BatchSize, Samples - start);
      const part = all => all.map(one => one.slice(start, count));
      let each;
      adam.epsilon = Epsilon / Math.sqrt(1 - Beta2 ** ++step);
      const { grads } = tf.variableGrads(() => {
        const outputs = [model.apply(part(made.x), { training: true })].flat();
        each = outputs.map((output, i) => losses[made.losses[i]](part(made.y)[i], output));
        each.forEach(one => tf.keep(one));
        return tf.addN(each.map((one, i) => tf.mul(one, made.lossWeights[i])));
      }, model.trainableWeights.map(weight => weight.val));
      adam.applyGradients(grads);
      const values = each.map(one => one.dataSync()[0]);
      [values.reduce((sum, value, i) => sum + value * made.lossWeights[i], 0), ...values].slice(0, figures.length)
        .forEach((value, i) => { sums[i] += value * count / Samples; });
    }
    figures.forEach((figure, i) => expected.losses[figure].push(Number(sums[i].toPrecision(9))));
    if (KeptEpochs.includes(epoch)) {
      expected.weightsAfterEpoch[epoch] = now();
    }
  }
  expected.finalWeights = now();
  expected.predictions = predict();
  return {
    name, losses: made.losses, lossWeights: made.lossWeights, fit: { epochs: Epochs, batchSize: BatchSize },
    optimizer: { learningRate: LearningRate, beta1: Beta1, beta2: Beta2, epsilon: Epsilon },
    weights: initial, inputs: made.x.map(x => json(x)), targets: made.y.map(y => json(y)), expected,
  };
}

function attend(name, options, masks, causal) {
  const [query, value, key] = [random([2, 3, 4]), random([2, 5, 6]), options.hasKey ? random([2, 5, 2]) : null];
  const layer = new MultiHeadAttention(options);
  const kwargs = { value, key, useCausalMask: causal };
  if (masks) {
    // Which value steps each query step may look at.
    kwargs.attentionMask = tf.tensor(masks, [2, 1, 5], 'bool').tile([1, 3, 1]);
  }
  layer.callAndReturnAttentionScores(query, kwargs);
  const parts = { query: layer._queryDense, key: layer._keyDense, value: layer._valueDense, attention_output: layer._outputDense };
  const weights = Object.entries(parts).flatMap(([part, dense]) => {
    const values = dense.getWeights().map(weight => random(weight.shape, 0.7));
    dense.setWeights(values);
    return values.map((value, i) => json(value, `${part}/${['kernel', 'bias'][i]}`));
  });
  const [output, scores] = layer.callAndReturnAttentionScores(query, kwargs);
  return {
    name, heads: options.numHeads, keySize: options.keyDim, valueSize: options.valueDim, useBias: options.useBias, useCausalMask: causal,
    ...(options.outputShape && { outputSize: options.outputShape }), ...(masks && { valueMask: masks }),
    weights, query: json(query), value: json(value), ...(key && { key: json(key) }), output: json(output), scores: json(scores),
  };
}

function write(file, framework, all) {
  const lines = JSON.stringify({ framework, cases: all }, null, 1)
    .replace(/\[\s+([-\d.,e\s]+?)\s+\]/g, (_, numbers) => `[${numbers.replace(/\s+/g, '')}]`);
  fs.writeFileSync(path.join(process.argv[2], file), `${lines}\n`);
}

(async () => {
  await tf.setBackend('cpu');
  const framework = `TensorFlow.js Layers ${tf.version['tfjs-layers']} (Keras semantics), CPU backend, float32`;
  write('graphs.json', framework, Object.keys(cases).map(train));
  const mask = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0];
  write('multi-head-attention.json', framework, [
    attend('plain', { numHeads: 2, keyDim: 3, valueDim: 3, useBias: true }, null, false),
    attend('key', { numHeads: 3, keyDim: 2, valueDim: 4, useBias: true, hasKey: true }, null, false),
    attend('no-bias', { numHeads: 2, keyDim: 3, valueDim: 5, useBias: false, outputShape: 7 }, null, false),
    attend('masked', { numHeads: 2, keyDim: 3, valueDim: 3, useBias: true }, mask, false),
    attend('causal', { numHeads: 2, keyDim: 3, valueDim: 3, useBias: true, hasKey: true }, mask, true),
  ]);
})();
