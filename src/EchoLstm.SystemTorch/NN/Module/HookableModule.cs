namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module that tells others before and after it computes.</summary>
        /// <typeparam name="TPreHook">A function of the module and its inputs; a result other than null replaces the inputs.</typeparam>
        /// <typeparam name="TPostHook">A function of the module, its inputs and its result; a result other than null replaces the result.</typeparam>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            /// <summary>Hooks to run before the computation.</summary>
            protected Dictionary<string, TPreHook> pre_hooks = [];

            /// <summary>Hooks to run after the computation.</summary>
            protected Dictionary<string, TPostHook> post_hooks = [];

            /// <summary>Hooks that only want the module, before the computation.</summary>
            protected Dictionary<string, Action<Module>> module_pre_hooks = [];

            /// <summary>Hooks that only want the module, after the computation.</summary>
            protected Dictionary<string, Action<Module>> module_post_hooks = [];

            /// <summary>Makes an empty module.</summary>
            /// <param name="name">What <see cref="Module.GetName"/> answers.</param>
            protected HookableModule(string name) : base(name) { }

            private protected HookableModule(string? name, string typeName) : base(name, typeName) { }

            /// <summary>Adds a hook to run after the computation.</summary>
            /// <param name="hook">The hook.</param>
            /// <returns>An object that takes the hook away again.</returns>
            public HookRemover register_forward_hook(TPostHook hook) => Add(post_hooks, hook);

            /// <summary>Adds a hook to run before the computation.</summary>
            /// <param name="hook">The hook.</param>
            /// <returns>An object that takes the hook away again.</returns>
            public HookRemover register_forward_pre_hook(TPreHook hook) => Add(pre_hooks, hook);

            /// <summary>Adds a hook to run after the computation.</summary>
            /// <param name="hook">The hook.</param>
            /// <returns>An object that takes the hook away again.</returns>
            public HookRemover register_forward_hook(Action<Module> hook) => Add(module_post_hooks, hook);

            /// <summary>Adds a hook to run before the computation.</summary>
            /// <param name="hook">The hook.</param>
            /// <returns>An object that takes the hook away again.</returns>
            public HookRemover register_forward_pre_hook(Action<Module> hook) => Add(module_pre_hooks, hook);

            private HookRemover Add<THook>(Dictionary<string, THook> hooks, THook hook)
            {
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            /// <summary>Takes a registered hook away again.</summary>
            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> _module;
                private readonly string _key;

                /// <summary>Remembers a hook.</summary>
                /// <param name="module">The module that has the hook.</param>
                /// <param name="key">The key under which the module keeps it.</param>
                public HookRemover(HookableModule<TPreHook, TPostHook> module, string key) => (_module, _key) = (module, key);

                /// <summary>Removes the hook; a second time changes nothing.</summary>
                public void remove()
                {
                    _module.pre_hooks.Remove(_key);
                    _module.post_hooks.Remove(_key);
                    _module.module_pre_hooks.Remove(_key);
                    _module.module_post_hooks.Remove(_key);
                }
            }
        }
    }
}
