#pragma warning disable CA1725 // The parameter names are those of TorchSharp.

using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;

        /// <summary>Runs modules one after the other, each on the output of the one before.</summary>
        public class Sequential : nn.Module<Tensor, Tensor>
        {
            private readonly ModuleChain _chain = new();

            internal Sequential() : base(null, "torch::nn::SequentialImpl") { }

            /// <summary>Makes a sequence of named modules.</summary>
            /// <param name="modules">Names and modules.</param>
            protected Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : this()
            {
                foreach (var (name, module) in modules) _chain.Add(name, module);
            }

            /// <summary>Makes a sequence of modules that are named by their positions.</summary>
            /// <param name="modules">The modules.</param>
            protected Sequential(params nn.Module<Tensor, Tensor>[] modules) : this()
            {
                foreach (var module in modules) _chain.Add(module);
            }

            /// <summary>The module at a position.</summary>
            /// <param name="index">The position, from 0.</param>
            [IndexerName("SequentialItems")]
            public nn.IModule<Tensor, Tensor> this[int index] => (nn.IModule<Tensor, Tensor>)_chain[index];

            /// <summary>A sequence of some of the modules, which it shares.</summary>
            /// <param name="index">The first position, and the one after the last; null for the ends.</param>
            [IndexerName("SequentialItems")]
            public Sequential this[(int? start, int? end) index]
            {
                get
                {
                    var result = new Sequential();
                    foreach (var (name, module) in _chain.Slice(index.start ?? 0, index.end ?? Count)) result._chain.Add(name, module);
                    return result;
                }
            }

            /// <summary>A sequence of some of the modules, which it shares.</summary>
            /// <param name="index">The positions.</param>
            [IndexerName("SequentialItems")]
            public Sequential this[Range index] => this[_chain.Ends(index)];

            /// <summary>Adds a module at the end.</summary>
            /// <param name="name">Its name.</param>
            /// <param name="module">The module, which this one owns from then on.</param>
            public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
            {
                _chain.Add(name, (nn.Module)module);
                return this;
            }

            /// <summary>Adds a module at the end, named by its position.</summary>
            /// <param name="module">The module, which this one owns from then on.</param>
            public Sequential append(nn.IModule<Tensor, Tensor> module)
            {
                _chain.Add((nn.Module)module);
                return this;
            }

            /// <inheritdoc/>
            public override Tensor forward(Tensor tensor)
            {
                ThrowIfClosed();
                if (Count == 0) return tensor.alias();
                var result = this[0].call(tensor);
                for (var i = 1; i < Count; i++)
                {
                    var next = this[i].call(result);
                    result.Dispose();
                    result = next;
                }
                return result;
            }

            /// <summary>The number of modules.</summary>
            public int Count => _chain.Count;

            /// <inheritdoc/>
            public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
                => recurse ? _chain.NamedParameters() : [];

            /// <inheritdoc/>
            public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true)
                => recurse ? _chain.NamedBuffers(include_persistent) : [];

            /// <inheritdoc/>
            public override IEnumerable<(string name, nn.Module module)> named_children() => _chain.Named;

            /// <inheritdoc/>
            public override IEnumerable<(string name, nn.Module module)> named_modules() => _chain.NamedModules();

            /// <inheritdoc/>
            public override nn.Module apply(Action<nn.Module> fn)
            {
                foreach (var module in _chain.Modules) module.apply(fn);
                fn(this);
                return this;
            }

            /// <inheritdoc/>
            public override void train(bool on = true) => base.train(on);

            /// <inheritdoc/>
            public override void eval() => base.eval();

            /// <inheritdoc/>
            protected override void Dispose(bool disposing)
            {
                if (disposing)
                    foreach (var module in _chain.Modules) module.Dispose();
                base.Dispose(disposing);
            }

            /// <inheritdoc/>
            protected internal override nn.Module _to(ScalarType dtype, bool non_blocking)
            {
                foreach (var module in _chain.Modules) module._to(dtype, non_blocking);
                return this;
            }

            /// <inheritdoc/>
            protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                foreach (var module in _chain.Modules) module._to(device, dtype, non_blocking);
                return this;
            }

            /// <inheritdoc/>
            protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                foreach (var module in _chain.Modules) module._to(deviceType, deviceIndex, non_blocking);
                return this;
            }}
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>An empty sequence of modules.</summary>
            public static Sequential Sequential() => new();

            /// <summary>A sequence of named modules.</summary>
            /// <param name="modules">Names and modules.</param>
            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules)
                => modules.Aggregate(Sequential(), (sequence, item) => sequence.append(item.name, item.submodule));

            /// <summary>A sequence of modules that are named by their positions.</summary>
            /// <param name="modules">The modules.</param>
            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules)
                => modules.Aggregate(Sequential(), (sequence, module) => sequence.append(module));

            /// <summary>A sequence of named modules.</summary>
            /// <param name="modules">Names and modules.</param>
            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules)
                => modules.Aggregate(Sequential(), (sequence, item) => sequence.append(item.Item1, item.Item2));

            /// <summary>A sequence of named modules.</summary>
            /// <param name="modules">Names and modules.</param>
            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules)
                => modules.Aggregate(Sequential(), (sequence, item) => sequence.append(item.name, item.submodule));

            /// <summary>A sequence of named modules.</summary>
            /// <param name="modules">Names and modules.</param>
            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules)
                => modules.Aggregate(Sequential(), (sequence, item) => sequence.append(item.Item1, item.Item2));

            /// <summary>A sequence of modules that are named by their positions.</summary>
            /// <param name="modules">The modules.</param>
            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules)
                => modules.Aggregate(Sequential(), (sequence, module) => sequence.append(module));
        }
    }
}
