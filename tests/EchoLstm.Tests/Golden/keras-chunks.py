# Makes keras-chunks.h5 and keras-zeros.h5 with h5py 3.7, as h5py rewrites a file of Keras with compression:
#   python3 keras-chunks.py FOLDER
import json
import sys

import h5py
import numpy


def dense(name, units, inputs=None):
    config = {"name": name, "units": units, "activation": "linear", "use_bias": inputs is not None}
    if inputs is not None:
        config["batch_input_shape"] = [None, inputs]
    return {"class_name": "Dense", "config": config}


def write(path, layers, arrays):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.6.0"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "chunks", "layers": layers}})
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [layer["config"]["name"] for layer in layers]
        for layer in layers:
            name = layer["config"]["name"]
            group = weights.create_group(name)
            own = [(f"{name}/{array}:0", *rest) for owner, array, *rest in arrays if owner == name]
            group.attrs["weight_names"] = [array for array, *_ in own]
            for array, values, options in own:
                group.create_dataset(array, data=values.astype("float32"), **options)


numbers = (numpy.arange(30 * 64) * 7919 % 1000 / 256 - 2).reshape(30, 64)
write(f"{sys.argv[1]}/keras-chunks.h5", [dense("dense", 64, 30), dense("head", 2)], [
    ("dense", "kernel", numbers, {"chunks": (7, 20), "compression": "gzip", "shuffle": True, "fletcher32": True}),
    ("dense", "bias", numpy.arange(64) / 64, {"chunks": (64,), "compression": "gzip"}),
    ("head", "kernel", 1.5 - numpy.arange(128).reshape(64, 2) / 128, {"chunks": (50, 2), "fletcher32": True}),
])
write(f"{sys.argv[1]}/keras-zeros.h5", [dense("dense", 300, 300)], [
    ("dense", "kernel", numpy.zeros((300, 300)), {"chunks": (300, 300), "compression": "gzip"}),
    ("dense", "bias", numpy.zeros(300), {}),
])
