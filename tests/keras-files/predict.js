// Runs the .h5 files, which arrays.py put into model.json, in TensorFlow.js, and compares their predictions with the library's.
//   node predict.js FOLDER RESULTS
const fs = require('fs'), path = require('path');
const tf = require('@tensorflow/tfjs');
const [folder, results] = process.argv.slice(2);
console.warn = () => {};
const tolerance = 1e-6;

// What TensorFlow.js 4.22 does not have, by its own words, or in silence.
const refusals = /Unknown (layer|activation)|not implemented|not supported|does not support reset_after|Not a valid tensor name/i;
const silent = one =>
    one.config?.includes('"keepdims":true') ? 'keepdims is ignored'
        : one.name === 'words' ? 'Bidirectional repeats the output before at masked steps, where Keras gives zeros'
        : one.name.startsWith('half of a Bidirectional') ? 'Bidirectional.setWeights takes the forward layer first, whichever is trained' : '';

function load(name) {
    const model = JSON.parse(fs.readFileSync(path.join(folder, name, 'model.json')));
    const bytes = fs.readFileSync(path.join(folder, name, 'weights.bin'));
    let offset = 0;
    const weights = model.weightsManifest[0].weights.map(({ name, shape }) => {
        const count = shape.reduce((product, length) => product * length, 1);
        const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + (offset += 4 * count)));
        return { layer: name.split('/')[0], value: tf.tensor(values, shape) };
    });
    return { topology: model.modelTopology, weights };
}

async function run(one) {
    const { topology, weights } = load(one.file.slice(0, -3));
    one.config = JSON.stringify(topology);
    const model = await tf.models.modelFromJSON({ modelTopology: topology });
    // Layer by layer in order, as Keras does; what TensorFlow.js calls a weight is its own affair.
    for (const layer of model.layers) {
        const own = weights.filter(weight => weight.layer === layer.name).map(weight => weight.value);
        if (own.length > 0 || layer.weights.length > 0) layer.setWeights(own);
    }
    const inputs = one.inputs.map(({ shape, values }) => tf.tensor(values, shape));
    const outputs = [model.predict(inputs.length === 1 ? inputs[0] : inputs, { batchSize: inputs[0].shape[0] })].flat();
    if (outputs.length !== one.outputs.length) throw new Error(`${outputs.length} outputs for ${one.outputs.length}`);
    let worst = 0;
    outputs.forEach((output, i) => {
        const { shape, values } = one.outputs[i];
        if (output.shape.join() !== shape.join()) throw new Error(`the output is ${output.shape} for ${shape}`);
        output.dataSync().forEach((value, j) => {
            worst = Math.max(worst, Math.abs(value - values[j]) / Math.max(1, Math.abs(values[j])));
        });
    });
    return worst;
}

(async () => {
    const kept = {};
    let equal = 0, lacking = 0, wrong = 0;
    for (const file of fs.readdirSync(folder).filter(file => /^\d+\.json$/.test(file)).sort()) {
        const one = JSON.parse(fs.readFileSync(path.join(folder, file)));
        if (!one.file.endsWith('.h5')) continue;
        try {
            const worst = await run(one);
            if (worst > tolerance) throw new Error(`the largest difference is ${worst}`);
            kept[one.name] = Number(worst.toPrecision(2));
            equal++;
        } catch (error) {
            const why = silent(one) || error.message.split('\n')[0];
            kept[one.name] = why;
            if (silent(one) || refusals.test(why)) lacking++; else { wrong++; console.log(`${one.file} '${one.name}': ${why}`); }
        }
    }
    fs.writeFileSync(results, JSON.stringify({ 'TensorFlow.js': tf.version.tfjs, 'largest difference, or why it was not run': kept }, null, 1) + '\n');
    console.log(`TensorFlow.js ${tf.version.tfjs}: ${equal} models predict the same to ${tolerance}, ${lacking} have what it lacks, ${wrong} differ`);
    process.exitCode = wrong > 0 || equal < 100 ? 1 : 0;
})();
