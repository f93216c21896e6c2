using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural networks: modules, losses, initial values and tools.</summary>
    public static partial class nn
    {
        /// <summary>The base of every network module: a named tree of parameters, buffers and child modules.</summary>
        public partial class Module : IDisposable
        {
            private readonly string? _typeName;
            private readonly bool _movesInPlace;
            private bool _training = true;
            private bool _closed;

            /// <summary>The name given to the constructor.</summary>
            protected string? name;

            /// <summary>Makes an empty module.</summary>
            /// <param name="name">What <see cref="GetName"/> answers.</param>
            protected Module(string name) => this.name = name;

            /// <summary>For modules that TorchSharp takes from libtorch: a type name, and parameters that keep their identity when moved.</summary>
            private protected Module(string? name, string typeName)
            {
                this.name = name;
                _typeName = typeName;
                _movesInPlace = true;
            }

            /// <summary>Gives a derived class the chance to release what it holds.</summary>
            ~Module() => Dispose(false);

            /// <summary>True once the module was disposed.</summary>
            internal bool IsInvalid => _closed;

            /// <summary>Releases the parameters and buffers of this module and of all below it.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>The dispose pattern's overridable half.</summary>
            /// <param name="disposing">False when the finaliser calls.</param>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _closed) return;

                foreach (var (_, buffer) in named_buffers(false).ToList()) buffer.DetachFromDisposeScope().Dispose();
                foreach (var (_, parameter) in named_parameters(false).ToList()) parameter.DetachFromDisposeScope().Dispose();
                foreach (var (_, module) in named_modules().ToList()) module.Dispose();
                _closed = true;
            }

            /// <summary>Calls a function with every module of the tree, children first.</summary>
            /// <param name="fn">What to call.</param>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, module) in _internal_submodules) module.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Puts the module and all below it into training or evaluation mode.</summary>
            /// <param name="train">True for training.</param>
            public virtual void train(bool train = true)
            {
                ThrowIfClosed();
                _training = train;
                foreach (var (_, module) in named_children()) module.train(train);
            }

            /// <summary>Puts the module and all below it into evaluation mode.</summary>
            public virtual void eval() => train(false);

            /// <summary>True in training mode, which a new module is in.</summary>
            public virtual bool training
            {
                get
                {
                    ThrowIfClosed();
                    return _training;
                }
            }

            /// <summary>Clears the gradients of all parameters.</summary>
            /// <param name="set_to_none">True to remove them, false to fill them with zeros.</param>
            public virtual void zero_grad(bool set_to_none = true)
            {
                ThrowIfClosed();
                foreach (var parameter in parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null) continue;
                    if (set_to_none) parameter.grad = null;
                    else grad.zero_();
                }
            }

            /// <summary>The name given at construction, or the type's own.</summary>
            public virtual string GetName() => string.IsNullOrEmpty(name) ? _typeName ?? "" : name;

            private protected void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, this);
        }
    }
}
