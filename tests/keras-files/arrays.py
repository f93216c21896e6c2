# Reads what KerasFile.Save wrote by h5py, as Keras does: which arrays, in which order. Compares them with the weights that were written, and
# puts an .h5's configuration and arrays into TensorFlow.js's model.json.
#   arrays.py FOLDER
import glob, io, json, os, re, sys, zipfile
import h5py, numpy


def names(group, attribute):
    """As Keras reads them: whole, or in numbered parts."""
    if attribute in group.attrs:
        found = list(group.attrs[attribute])
    else:
        found, part = [], 0
        while f'{attribute}{part}' in group.attrs:
            found += list(group.attrs[f'{attribute}{part}'])
            part += 1
    return [name.decode() if hasattr(name, 'decode') else name for name in found]


def legacy(file):
    """Layer by layer, array by array: (layer, [(name, array)])."""
    weights = file['model_weights']
    assert weights.attrs['keras_version'] == file.attrs['keras_version'] == '2.15.0' and weights.attrs['backend'] == 'tensorflow'
    assert names(weights['top_level_model_weights'], 'weight_names') == []
    return [(layer, [(name, weights[layer][name][()]) for name in names(weights[layer], 'weight_names')])
            for layer in names(weights, 'layer_names')]


def snake(name):
    return re.sub('([a-z])([A-Z])', r'\1_\2', re.sub(r'(.)([A-Z][a-z0-9]+)', r'\1_\2', re.sub(r'\W+', '', name))).lower()


def keras3(layer, group):
    """A layer's arrays, by the groups that Keras 3 walks through."""
    config, kind = layer['config'], layer['class_name']
    assert group['vars'].attrs['name'] == config['name'] or kind == 'InputLayer'
    if kind in ('Sequential', 'Functional'):
        counters, arrays = {}, []
        inner = [one for one in config['layers'] if kind == 'Functional' or one['class_name'] != 'InputLayer']
        for one in inner:
            name = snake(one['class_name'])
            counters[name] = counters.get(name, -1) + 1
            arrays += keras3(one, group['layers'][name if counters[name] == 0 else f'{name}_{counters[name]}'])
        assert len(group['layers']) == len(inner)
        return arrays
    if kind == 'Bidirectional':
        return keras3(config['layer'], group['forward_layer']) + keras3(config['backward_layer'], group['backward_layer'])
    if kind == 'TimeDistributed':
        return keras3(config['layer'], group['layer'])
    if kind == 'MultiHeadAttention':
        own = [group[f'{name}_dense']['vars'] for name in ('query', 'key', 'value', 'output')]
        return [part[str(i)][()] for part in own for i in range(len(part))]
    own = group['cell']['vars'] if kind in ('LSTM', 'GRU', 'SimpleRNN') else group['vars']
    return [own[str(i)][()] for i in range(len(own))]


def same(arrays, weights, in_order):
    """Whether they are the weights. An .h5 has those last that are not trained."""
    given = [numpy.asarray(weight['values'], 'float32').reshape(weight['shape']) for weight in weights]
    if not in_order:
        arrays, given = (sorted(some, key=lambda array: (array.shape, array.tobytes())) for some in (arrays, given))
    return len(arrays) == len(given) and all(
        array.dtype == numpy.float32 and array.shape == weight.shape and (array == weight).all() for array, weight in zip(arrays, given))


files = sorted(glob.glob(os.path.join(sys.argv[1], '*.json')))
for path in files:
    case = json.load(open(path))
    file = os.path.join(sys.argv[1], case['file'])
    if file.endswith('.keras'):
        with zipfile.ZipFile(file) as archive:
            assert archive.namelist() == ['metadata.json', 'config.json', 'model.weights.h5'] and archive.testzip() is None
            assert json.loads(archive.read('metadata.json'))['keras_version'] == '3.9.2'
            config = json.loads(archive.read('config.json'))
            with h5py.File(io.BytesIO(archive.read('model.weights.h5')), 'r') as hdf5:
                arrays = keras3(config, hdf5)
    else:
        with h5py.File(file, 'r') as hdf5:
            layers = legacy(hdf5)
            config = json.loads(hdf5.attrs['model_config'])
        arrays = [array for _, own in layers for _, array in own]
        model = os.path.join(sys.argv[1], case['file'][:-3])
        os.mkdir(model)
        json.dump({
            'format': 'layers-model',
            'modelTopology': {'keras_version': '2.15.0', 'backend': 'tensorflow', 'model_config': config},
            'weightsManifest': [{'paths': ['weights.bin'], 'weights': [
                {'name': f'{layer}/{name[:-2]}', 'shape': array.shape, 'dtype': 'float32'} for layer, own in layers for name, array in own]}],
        }, open(os.path.join(model, 'model.json'), 'w'))
        open(os.path.join(model, 'weights.bin'), 'wb').write(b''.join(array.tobytes() for array in arrays))
    assert same(arrays, case['weights'], in_order=file.endswith('.keras')), case['name']
print(f'h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}: {len(files)} files have the weights that were written')
