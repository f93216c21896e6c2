using System.Collections;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A list of parameters, named by their positions.</summary>
        public class ParameterList : torch.nn.Module, IList<Parameter>
        {
            private readonly List<Parameter> _list = [];
            private bool _registered;

            /// <summary>Makes a list.</summary>
            /// <param name="parameters">The parameters.</param>
            public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList)) => _list.AddRange(parameters);

            /// <summary>The parameter at a position.</summary>
            /// <param name="index">The position, from 0.</param>
            public Parameter this[int index]
            {
                get => _list[index];
                set => _list[index] = value;
            }

            /// <summary>The number of parameters.</summary>
            public int Count => _list.Count;

            /// <summary>Always false.</summary>
            public bool IsReadOnly => false;

            /// <summary>Adds a parameter at the end.</summary>
            /// <param name="item">The parameter.</param>
            public void Add(Parameter item) => _list.Add(item);

            /// <summary>Adds parameters at the end.</summary>
            /// <param name="parameters">The parameters.</param>
            public void append(params Parameter[] parameters) => _list.AddRange(parameters);

            /// <summary>Adds parameters at the end.</summary>
            /// <param name="parameters">The parameters.</param>
            public void extend(IEnumerable<Parameter> parameters) => _list.AddRange(parameters);

            /// <summary>Inserts a parameter.</summary>
            /// <param name="index">The position, from 0.</param>
            /// <param name="item">The parameter.</param>
            public void Insert(int index, Parameter item) => _list.Insert(index, item);

            /// <summary>Removes a parameter, without disposing it.</summary>
            /// <param name="item">The parameter.</param>
            /// <returns>Whether it was there.</returns>
            public bool Remove(Parameter item) => _list.Remove(item);

            /// <summary>Removes the parameter at a position, without disposing it.</summary>
            /// <param name="index">The position, from 0.</param>
            public void RemoveAt(int index) => _list.RemoveAt(index);

            /// <summary>Removes all parameters, without disposing them.</summary>
            public void Clear() => _list.Clear();

            /// <summary>Whether a parameter is there.</summary>
            /// <param name="item">The parameter.</param>
            public bool Contains(Parameter item) => _list.Contains(item);

            /// <summary>The position of a parameter, or -1.</summary>
            /// <param name="item">The parameter.</param>
            public int IndexOf(Parameter item) => _list.IndexOf(item);

            /// <summary>Copies the parameters in order.</summary>
            /// <param name="array">Where to.</param>
            /// <param name="arrayIndex">The first position to write.</param>
            public void CopyTo(Parameter[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

            /// <summary>The parameters in order.</summary>
            public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            /// <inheritdoc/>
            public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
                => _list.Select((parameter, i) => ($"{i}", parameter));

            /// <inheritdoc/>
            public override bool has_parameter(string target) => get_parameter(target) is not null;

            /// <inheritdoc/>
            public override Parameter? get_parameter(string target)
                => int.TryParse(target, out var index) && index >= 0 && index < _list.Count ? _list[index] : null;

            /// <summary>Registers the parameters that are in the list now.</summary>
            protected override void RegisterComponents()
            {
                if (_registered) return;
                for (var i = 0; i < _list.Count; i++) register_parameter($"{i}", _list[i]);
                _registered = true;
            }

            /// <inheritdoc/>
            protected override void _toEpilog(torch.ScalarType? dtype, torch.Device? device, bool non_blocking)
            {
                for (var i = 0; i < _list.Count; i++)
                {
                    if (!ReplaceParameter(dtype, device, _list[i], out var moved)) continue;
                    _list[i].Dispose();
                    _list[i] = moved!;
                    if (_registered) ConditionallyRegisterParameter($"{i}", moved);
                }
                if (device is not null) (_deviceType, _deviceIndex) = (device.type, device.index);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A list of parameters.</summary>
            /// <param name="parameters">The parameters.</param>
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}
