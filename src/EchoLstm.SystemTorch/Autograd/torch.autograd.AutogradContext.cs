// TorchSharp says nothing about null here, and so its users are not warned; the same holds for ours.
#nullable disable

using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What the forward half of a custom function leaves for its backward half.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];
            private nint _node;

            internal AutogradContext()
            {
            }

            /// <summary>True when missing gradients arrive in backward as zeros, which is the default, and not as invalid tensors.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            internal List<Tensor> Saved { get; private set; } = [];

            internal List<Tensor> Dirty { get; private set; } = [];

            internal List<Tensor> NonDifferentiable { get; private set; } = [];

            /// <summary>Keeps tensors for backward; inputs and outputs may be among them.</summary>
            public void save_for_backward(List<Tensor> tensors) => Saved = tensors;

            /// <summary>Keeps anything but a tensor for backward. A tensor kept here would keep its own graph alive: use <see cref="save_for_backward"/>.</summary>
            public void save_data(string key, object value) => _data[key] = value;

            /// <summary>What was kept under a key, or null.</summary>
            public object get_data(string key) => _data.GetValueOrDefault(key);

            /// <summary>Says which inputs the forward half changed in place.</summary>
            public void mark_dirty(List<Tensor> tensors) => Dirty = [.. tensors];

            /// <summary>Says which outputs have no gradient.</summary>
            public void mark_non_differentiable(List<Tensor> tensors) => NonDifferentiable = [.. tensors];

            /// <summary>Sets <see cref="MaterializeGrads"/>.</summary>
            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors that forward saved; an entry that held no tensor is null. Throws outside of backward.</summary>
            public unsafe List<Tensor> get_saved_variables()
            {
                if (_node == 0)
                {
                    throw new InvalidOperationException("Saved tensors can be read while backward runs, and not before or after.");
                }

                var count = NativeMethods.elt_node_saved(_node, null, -1);
                NativeError.Check(count, nameof(get_saved_variables));
                var handles = new nint[count];
                fixed (nint* target = handles)
                {
                    NativeError.Check(NativeMethods.elt_node_saved(_node, target, count), nameof(get_saved_variables));
                }

                var saved = new List<Tensor>(count);
                foreach (var handle in handles)
                {
                    saved.Add(handle == 0 ? null : new Tensor(handle));
                }

                return saved;
            }

            /// <summary>Forgets what was kept.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Forgets what was kept.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (disposing)
                {
                    _data.Clear();
                    ForgetTensors();
                }
            }

            /// <summary>The graph holds the tensors from now on; held here as well, an output would keep itself alive.</summary>
            internal void ForgetTensors()
            {
                Saved = [];
                Dirty = [];
                NonDifferentiable = [];
            }

            internal void Enter(nint node) => _node = node;

            internal void Leave() => _node = 0;
        }
    }
}
