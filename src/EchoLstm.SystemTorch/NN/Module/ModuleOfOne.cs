namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Something that can be called with one input.</summary>
        /// <typeparam name="T">The type of the input.</typeparam>
        /// <typeparam name="TResult">The type of the result.</typeparam>
        public interface IModule<T, TResult>
        {
            /// <summary>Computes the result.</summary>
            /// <param name="input1">The input.</param>
            TResult call(T input1);
        }

        /// <summary>A module with one input; a derived class writes <see cref="forward"/>, users call <see cref="call"/>.</summary>
        /// <typeparam name="T">The type of the input.</typeparam>
        /// <typeparam name="TResult">The type of the result.</typeparam>
        public abstract class Module<T, TResult>
            : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            /// <summary>Makes an empty module.</summary>
            /// <param name="name">What <see cref="Module.GetName"/> answers.</param>
            protected Module(string name) : base(name) { }

            private protected Module(string? name, string typeName) : base(name, typeName) { }

            /// <summary>The computation, without hooks.</summary>
            /// <param name="input">The input.</param>
            public abstract TResult forward(T input);

            /// <summary>Runs the hooks registered before, the computation, and the hooks registered after it.</summary>
            /// <param name="input">The input.</param>
            public TResult call(T input)
            {
                foreach (var hook in module_pre_hooks.Values) hook(this);
                foreach (var hook in pre_hooks.Values)
                {
                    var changed = hook(this, input);
                    if (changed is not null) input = changed;
                }

                var result = forward(input);

                foreach (var hook in post_hooks.Values)
                {
                    var changed = hook(this, input, result);
                    if (changed is not null) result = changed;
                }
                foreach (var hook in module_post_hooks.Values) hook(this);
                return result;
            }
        }
    }
}
