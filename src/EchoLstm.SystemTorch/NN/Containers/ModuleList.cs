using System.Collections;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A list of modules that become children of whatever module holds it, named by their positions.</summary>
        /// <typeparam name="T">The type of the modules.</typeparam>
        public class ModuleList<T> : torch.nn.Module, IList<T> where T : torch.nn.Module
        {
            private readonly List<T> _list = [];
            private bool _registered;

            /// <summary>Makes a list.</summary>
            /// <param name="modules">The modules.</param>
            public ModuleList(params T[] modules) : base("ModuleList") => _list.AddRange(modules);

            /// <summary>The module at a position.</summary>
            /// <param name="index">The position, from 0.</param>
            public T this[int index]
            {
                get => _list[index];
                set => _list[index] = value;
            }

            /// <summary>The number of modules.</summary>
            public int Count => _list.Count;

            /// <summary>Always false.</summary>
            public bool IsReadOnly => false;

            /// <summary>Adds a module at the end.</summary>
            /// <param name="item">The module.</param>
            public void Add(T item) => _list.Add(item);

            /// <summary>Adds modules at the end.</summary>
            /// <param name="parameters">The modules.</param>
            public void append(params T[] parameters) => _list.AddRange(parameters);

            /// <summary>Adds modules at the end.</summary>
            /// <param name="modules">The modules.</param>
            public void extend(IEnumerable<T> modules) => _list.AddRange(modules);

            /// <summary>Inserts a module.</summary>
            /// <param name="index">The position, from 0.</param>
            /// <param name="item">The module.</param>
            public void Insert(int index, T item) => _list.Insert(index, item);

            /// <summary>Removes a module, without disposing it.</summary>
            /// <param name="item">The module.</param>
            /// <returns>Whether it was there.</returns>
            public bool Remove(T item) => _list.Remove(item);

            /// <summary>Removes the module at a position, without disposing it.</summary>
            /// <param name="index">The position, from 0.</param>
            public void RemoveAt(int index) => _list.RemoveAt(index);

            /// <summary>Removes all modules, without disposing them.</summary>
            public void Clear() => _list.Clear();

            /// <summary>Whether a module is there.</summary>
            /// <param name="item">The module.</param>
            public bool Contains(T item) => _list.Contains(item);

            /// <summary>The position of a module, or -1.</summary>
            /// <param name="item">The module.</param>
            public int IndexOf(T item) => _list.IndexOf(item);

            /// <summary>Copies the modules in order.</summary>
            /// <param name="array">Where to.</param>
            /// <param name="arrayIndex">The first position to write.</param>
            public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

            /// <summary>The modules in order.</summary>
            public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            /// <summary>Registers the modules that are in the list now; later ones stay outside.</summary>
            protected override void RegisterComponents()
            {
                if (_registered) return;
                for (var i = 0; i < _list.Count; i++) register_module($"{i}", _list[i]);
                _registered = true;
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A list of modules.</summary>
            /// <param name="modules">The modules.</param>
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            /// <summary>A list of modules.</summary>
            /// <typeparam name="T">Their type.</typeparam>
            /// <param name="modules">The modules.</param>
            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
