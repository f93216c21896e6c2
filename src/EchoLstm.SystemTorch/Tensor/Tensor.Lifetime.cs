using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A multi-dimensional array of numbers of one type, and where it comes from when gradients are recorded. It owns native
    /// memory: dispose it, or let a <see cref="DisposeScope"/> do so; the garbage collector is the last resort.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private static long _totalCount;
        private static long _peakCount;

        internal IntPtr handle;

        // Native memory that only this object keeps alive, told to the garbage collector: it would see some 100 bytes otherwise.
        private int _ownedKib;

        internal Tensor(IntPtr handle, bool register = true)
            : this(handle, handle == 0 ? 0 : NativeMethods.elt_tensor_owned_kib(handle), register)
        {
        }

        internal Tensor(IntPtr handle, int ownedKib, bool register = true)
        {
            this.handle = handle;
            if (handle == IntPtr.Zero)
            {
                GC.SuppressFinalize(this);
                return;
            }

            _ownedKib = ownedKib;
            if (ownedKib > 0)
            {
                GC.AddMemoryPressure((long)ownedKib << 10);
            }

            RaisePeak(Interlocked.Increment(ref _totalCount));
            if (register)
            {
                OwningDisposeScope = DisposeScopeManager.ThreadSingleton.RegisterOnCurrentDisposeScope(this);
            }
        }

        /// <summary>Frees the native memory of a tensor that nobody disposed.</summary>
        ~Tensor() => Dispose(false);

        /// <summary>How many tensors of this process are not disposed.</summary>
        public static long TotalCount => Volatile.Read(ref _totalCount);

        /// <summary>The largest <see cref="TotalCount"/> so far.</summary>
        public static long PeakCount => Volatile.Read(ref _peakCount);

        /// <summary>True after the tensor was disposed, or its handle given away.</summary>
        public bool IsInvalid => handle == IntPtr.Zero;

        /// <summary>The native tensor; throws when the tensor was disposed.</summary>
        public IntPtr Handle
        {
            get
            {
                var live = handle;
                if (live == IntPtr.Zero)
                {
                    ThrowInvalid();
                }

                return live;
            }
        }

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Makes a tensor that owns a native handle.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        /// <summary>Frees the native memory now, unless another tensor shares it.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native memory; <paramref name="disposing"/> is false on the finaliser's thread.</summary>
        protected virtual void Dispose(bool disposing)
        {
            // The native library may be half torn down by the time a finaliser runs at exit.
            if (handle == IntPtr.Zero || (!disposing && NativeLoader.Exiting))
            {
                return;
            }

            if (disposing)
            {
                // A scope belongs to its thread; a tensor that only a finaliser reaches has no scope that is still in use.
                DisposeScopeManager.ThreadSingleton.DisposingOnCurrentScope(this);
                OwningDisposeScope?.MarkAsDisposed(this);
            }

            var owned = Interlocked.Exchange(ref handle, IntPtr.Zero);
            if (owned != IntPtr.Zero)
            {
                Forget();
                NativeMethods.elt_tensor_release(owned);
            }
        }

        /// <summary>Hands the tensor to the scope around the current one; without such a scope it is left to its user.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of its scope: from now on its user disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>Moves the tensor to the scope that another tensor is in.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        /// <summary>Moves the tensor to another scope; null takes it out of all scopes.</summary>
        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null)
            {
                other?.Attach(this);
            }
            else
            {
                OwningDisposeScope.MoveToOther(other, this);
            }

            return this;
        }

        /// <summary>Gives the native handle away: the caller owns it, and this object is as if disposed.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            var owned = Handle;
            Forget();
            handle = IntPtr.Zero;
            return owned;
        }

        /// <summary>The handle, given away to another object of this library; this object stays registered until it is disposed.</summary>
        internal IntPtr MoveHandle()
        {
            var owned = handle;
            if (owned != IntPtr.Zero)
            {
                Forget();
                handle = IntPtr.Zero;
                GC.SuppressFinalize(this);
            }

            return owned;
        }

        /// <summary>Makes this object stand for another native tensor, whose handle it takes over.</summary>
        internal void ReplaceHandle(IntPtr replacement)
        {
            var old = Handle;
            Forget();
            handle = replacement;
            Interlocked.Increment(ref _totalCount);
            _ownedKib = NativeMethods.elt_tensor_owned_kib(replacement);
            if (_ownedKib > 0)
            {
                GC.AddMemoryPressure((long)_ownedKib << 10);
            }

            NativeMethods.elt_tensor_release(old);
        }

        private void Forget()
        {
            Interlocked.Decrement(ref _totalCount);
            if (_ownedKib > 0)
            {
                GC.RemoveMemoryPressure((long)_ownedKib << 10);
                _ownedKib = 0;
            }
        }

        private static void RaisePeak(long count)
        {
            if (count > _peakCount)
            {
                _peakCount = count;
            }
        }

        private static void ThrowInvalid() =>
            throw new InvalidOperationException("The tensor was used after it was disposed, or its native handle was given away.");
    }
}
