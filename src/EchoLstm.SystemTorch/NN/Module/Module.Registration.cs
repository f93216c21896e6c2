using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private const BindingFlags InstanceFields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

            private bool _areComponentsRegistered;

            /// <summary>Child modules in order of registration.</summary>
            protected OrderedDict<string, Module> _internal_submodules = new();

            /// <summary>Buffers in order of registration, each with whether it is part of the state.</summary>
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();

            /// <summary>Parameters in order of registration.</summary>
            protected OrderedDict<string, Parameter> _internal_params = new();

            /// <summary>Adds a tensor that belongs to the state but is not trained.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="tensor">The tensor.</param>
            /// <param name="persistent">False keeps it out of the saved state.</param>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid)
                    throw new ArgumentNullException(nameof(tensor), "A null tensor cannot be registered as a buffer.");
                if (!_internal_buffers.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            /// <summary>Adds a trainable parameter.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="param">The parameter.</param>
            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid)
                    throw new ArgumentNullException(nameof(param), "A null tensor cannot be registered as a parameter.");
                if (!_internal_params.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            /// <summary>Adds a child module; the same as <see cref="register_module"/>.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="module">The child.</param>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Adds a child module, or removes the one of that name when the module is null.</summary>
            /// <param name="name">Its name within this module, without a dot.</param>
            /// <param name="submodule">The child.</param>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null || submodule.IsInvalid)
                {
                    if (_internal_submodules.ContainsKey(name)) _internal_submodules.Remove(name);
                    return;
                }
                if (name.Contains('.')) throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (string.IsNullOrEmpty(name)) throw new ArgumentException("module name can't be empty string \"\"");
                if (_internal_submodules.ContainsKey(name))
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");

                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            /// <summary>Adds, replaces or (with null) removes a parameter.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="value">A parameter; any other tensor counts as null.</param>
            protected void ConditionallyRegisterParameter(string name, Tensor value)
                => ConditionallyRegisterParameter(name, value as Parameter);

            /// <summary>Adds, replaces or (with null) removes a parameter.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="value">The parameter.</param>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is not null) _internal_params[name] = value;
                else if (_internal_params.ContainsKey(name)) _internal_params.Remove(name);
            }

            /// <summary>Adds, replaces or (with null) removes a buffer.</summary>
            /// <param name="name">Its name within this module.</param>
            /// <param name="value">The tensor.</param>
            /// <param name="persistent">False keeps it out of the saved state.</param>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is not null) _internal_buffers[name] = (value, persistent);
                else if (_internal_buffers.ContainsKey(name)) _internal_buffers.Remove(name);
            }

            /// <summary>
            /// Registers every field that holds a module, a parameter or a tensor under the field's name. A derived class calls it at
            /// the end of its constructor.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (_areComponentsRegistered) return;

                foreach (var field in FieldsOf(GetType()))
                {
                    var component = field.ComponentName();
                    if (_internal_submodules.ContainsKey(component) || _internal_params.ContainsKey(component)
                        || _internal_buffers.ContainsKey(component)) continue;

                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(component, module); break;
                        case Parameter parameter: register_parameter(component, parameter); break;
                        case Tensor tensor: register_buffer(component, tensor); break;
                    }
                }
                _areComponentsRegistered = true;
            }

            /// <summary>Forgets all child modules.</summary>
            protected void ClearModules() => _internal_submodules.clear();

            /// <summary>Puts a parameter of a library module in place of another, which it owns from then on.</summary>
            private protected void Replace(ref Parameter? slot, string name, Parameter? value)
            {
                if (ReferenceEquals(slot, value)) return;
                slot?.Dispose();
                slot = (Parameter?)value?.DetachFromDisposeScope();
                ConditionallyRegisterParameter(name, slot);
            }

            // A derived class's private field hides its base's of the same name, as in TorchSharp.
            private static IEnumerable<FieldInfo> FieldsOf(Type type)
            {
                var seen = new HashSet<string>();
                for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
                    foreach (var field in level.GetFields(InstanceFields))
                        if (seen.Add(field.Name)) yield return field;
            }
        }
    }
}
