using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The buffers that are part of the state, with dotted names; each tensor once.</summary>
            /// <param name="recurse">Whether child modules count.</param>
            /// <param name="include_nonpersistent">As in TorchSharp, buffers outside the state are left out either way.</param>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, (buffer, persistent)) in _internal_buffers)
                    if (persistent && !buffer.IsInvalid && seen.Add(buffer)) yield return (name, buffer);

                if (!recurse) yield break;
                foreach (var (child, module) in _internal_submodules)
                    foreach (var (name, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer)) yield return ($"{child}.{name}", buffer);
            }

            /// <summary>The buffers that are part of the state; each tensor once.</summary>
            /// <param name="recurse">Whether child modules count.</param>
            /// <param name="include_nonpersistent">As in TorchSharp, buffers outside the state are left out either way.</param>
            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(pair => pair.buffer);

            /// <summary>The parameters with dotted names; each parameter once.</summary>
            /// <param name="recurse">Whether child modules count.</param>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (name, parameter) in _internal_params)
                    if (!parameter.IsInvalid && seen.Add(parameter)) yield return (name, parameter);

                if (!recurse) yield break;
                foreach (var (child, module) in _internal_submodules)
                    foreach (var (name, parameter) in module.named_parameters(true))
                        if (seen.Add(parameter)) yield return ($"{child}.{name}", parameter);
            }

            /// <summary>The parameters; each once.</summary>
            /// <param name="recurse">Whether child modules count.</param>
            public virtual IEnumerable<Parameter> parameters(bool recurse = true)
                => named_parameters(recurse).Select(pair => pair.parameter);

            /// <summary>The modules directly below this one, with their names.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            /// <summary>The modules directly below this one.</summary>
            public virtual IEnumerable<Module> children() => named_children().Select(pair => pair.module);

            /// <summary>All modules below this one, with dotted names; this one itself is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in _internal_submodules) yield return child;
                foreach (var (child, module) in _internal_submodules)
                    foreach (var (name, below) in module.named_modules())
                        yield return ($"{child}.{name}", below);
            }

            /// <summary>All modules below this one; this one itself is not among them.</summary>
            public virtual IEnumerable<Module> modules() => named_modules().Select(pair => pair.module);

            /// <summary>Whether there is a buffer of that name.</summary>
            /// <param name="target">The dotted name.</param>
            public virtual bool has_buffer(string target)
                => _internal_buffers.ContainsKey(target) || Below(target).Any(step => step.child.has_buffer(step.rest));

            /// <summary>Whether there is a parameter of that name.</summary>
            /// <param name="target">The dotted name.</param>
            public virtual bool has_parameter(string target)
                => _internal_params.ContainsKey(target) || Below(target).Any(step => step.child.has_parameter(step.rest));

            /// <summary>The buffer of that name, or null.</summary>
            /// <param name="target">The dotted name.</param>
            public virtual Tensor? get_buffer(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                return _internal_buffers.TryGetValue(target, out var buffer)
                    ? buffer.Item1
                    : Below(target).Select(step => step.child.get_buffer(step.rest)).FirstOrDefault(found => found is not null);
            }

            /// <summary>The parameter of that name, or null.</summary>
            /// <param name="target">The dotted name.</param>
            public virtual Parameter? get_parameter(string target)
                => _internal_params.TryGetValue(target, out var parameter)
                    ? parameter
                    : Below(target).Select(step => step.child.get_parameter(step.rest)).FirstOrDefault(found => found is not null);

            private IEnumerable<(Module child, string rest)> Below(string target)
            {
                var dot = target.IndexOf('.');
                if (dot < 0) return [];
                var (first, rest) = (target[..dot], target[(dot + 1)..]);
                return named_children().Where(pair => pair.name == first).Select(pair => (pair.module, rest));
            }
        }
    }
}
