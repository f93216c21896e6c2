using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Modules by name that become children of whatever module holds the dictionary; it keeps their order.</summary>
        /// <typeparam name="T">The type of the modules.</typeparam>
        public class ModuleDict<T> : torch.nn.Module, IDictionary<string, T>, IList<(string, T)> where T : torch.nn.Module
        {
            private readonly OrderedDict<string, T> _items = new();
            private bool _registered;

            /// <summary>Makes an empty dictionary.</summary>
            public ModuleDict() : base("ModuleDict") { }

            /// <summary>The pair at a position.</summary>
            /// <param name="index">The position, from 0.</param>
            public (string, T) this[int index] { get => _items[index]; set => _items[index] = value; }

            /// <summary>The module of a name.</summary>
            /// <param name="key">The name.</param>
            public T this[string key] { get => _items[key]; set => _items[key] = value; }

            /// <summary>Always false.</summary>
            public bool IsReadOnly => false;

            /// <summary>The number of modules.</summary>
            public int Count => _items.Count;

            /// <summary>The names in order.</summary>
            public ICollection<string> Keys => _items.Keys;

            /// <summary>The modules in order.</summary>
            public ICollection<T> Values => _items.Values;

            /// <summary>The names in order.</summary>
            public IEnumerable<string> keys() => Keys;

            /// <summary>The modules in order.</summary>
            public IEnumerable<T> values() => Values;

            /// <summary>The pairs in order.</summary>
            public IEnumerator<(string, T)> items() => GetEnumerator();

            /// <summary>Removes all modules, without disposing them.</summary>
            public void clear() => Clear();

            /// <summary>Removes all modules, without disposing them.</summary>
            public void Clear() => _items.Clear();

            /// <summary>Adds a module at the end.</summary>
            /// <param name="item">Name and module.</param>
            public void Add((string, T) item) => _items.Add(item);

            /// <summary>Adds a module at the end.</summary>
            /// <param name="key">The name.</param>
            /// <param name="value">The module.</param>
            public void Add(string key, T value) => _items.Add(key, value);

            /// <summary>Adds a module at the end.</summary>
            /// <param name="item">Name and module.</param>
            public void Add(KeyValuePair<string, T> item) => _items.Add(item);

            /// <summary>Inserts a module.</summary>
            /// <param name="index">The position, from 0.</param>
            /// <param name="item">Name and module.</param>
            public void Insert(int index, (string, T) item) => _items.Insert(index, item);

            /// <summary>Removes a module, without disposing it.</summary>
            /// <param name="key">The name.</param>
            /// <returns>Whether it was there.</returns>
            public bool Remove(string key) => _items.Remove(key);

            /// <summary>Removes a module, without disposing it.</summary>
            /// <param name="item">Name and module.</param>
            /// <returns>Whether it was there.</returns>
            public bool Remove((string, T) item) => _items.Remove(item);

            /// <summary>Removes a module, without disposing it.</summary>
            /// <param name="item">Name and module.</param>
            /// <returns>Whether it was there.</returns>
            public bool Remove(KeyValuePair<string, T> item) => _items.Remove(item);

            /// <summary>Removes the module at a position, without disposing it.</summary>
            /// <param name="index">The position, from 0.</param>
            public void RemoveAt(int index) => _items.RemoveAt(index);

            /// <summary>Whether there is a module of a name.</summary>
            /// <param name="key">The name.</param>
            public bool ContainsKey(string key) => _items.ContainsKey(key);

            /// <summary>Whether a module is there under a name.</summary>
            /// <param name="item">Name and module.</param>
            public bool Contains((string, T) item) => _items.Contains(item);

            /// <summary>Whether a module is there under a name.</summary>
            /// <param name="item">Name and module.</param>
            public bool Contains(KeyValuePair<string, T> item) => _items.Contains(item);

            /// <summary>The position of a pair, or -1.</summary>
            /// <param name="item">Name and module.</param>
            public int IndexOf((string, T) item) => _items.IndexOf(item);

            /// <summary>The module of a name, if there is one.</summary>
            /// <param name="key">The name.</param>
            /// <param name="value">The module.</param>
            /// <returns>Whether there is one.</returns>
            public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);

            /// <summary>Copies the pairs in order.</summary>
            /// <param name="array">Where to.</param>
            /// <param name="arrayIndex">The first position to write.</param>
            public void CopyTo((string, T)[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

            /// <summary>Copies the pairs in order.</summary>
            /// <param name="array">Where to.</param>
            /// <param name="arrayIndex">The first position to write.</param>
            public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

            /// <summary>The pairs in order.</summary>
            public IEnumerator<(string, T)> GetEnumerator() => _items.GetEnumerator();

            IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator()
                => ((IEnumerable<KeyValuePair<string, T>>)_items).GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            /// <summary>Registers the modules that are in the dictionary now; later ones stay outside.</summary>
            protected override void RegisterComponents()
            {
                if (_registered) return;
                foreach (var (name, module) in _items) register_module(name, module);
                _registered = true;
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Modules by name.</summary>
            /// <param name="modules">Names and modules.</param>
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

            /// <summary>Modules by name.</summary>
            /// <typeparam name="T">The type of the modules.</typeparam>
            /// <param name="modules">Names and modules.</param>
            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
            {
                var result = new ModuleDict<T>();
                foreach (var item in modules) result.Add(item);
                return result;
            }
        }
    }
}
