using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private IntPtr _handle;

        /// <summary>Makes a generator for a device and seeds it.</summary>
        public Generator(ulong seed = 0, Device? device = null)
            : this(NewHandle(seed, device ?? CPU), device ?? CPU)
        {
        }

        internal Generator(IntPtr nativeHandle, Device device)
        {
            _handle = nativeHandle;
            this.device = device;
        }

        /// <summary>Frees a generator that nobody disposed.</summary>
        ~Generator() => Dispose(false);

        /// <summary>The generator that operations use when none is given.</summary>
        public static Generator Default
        {
            get
            {
                NativeLoader.Load();
                return new Generator(NativeError.Check(NativeMethods.elt_generator_default(), "default_generator"), CPU);
            }
        }

        /// <summary>The native generator, zero once disposed.</summary>
        public IntPtr Handle => _handle;

        /// <summary>The device whose numbers it draws.</summary>
        public Device device { get; private set; }

        internal IntPtr LiveHandle => _handle != IntPtr.Zero ? _handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>Seeds the generator.</summary>
        public Generator manual_seed(long seed)
        {
            NativeError.Check(NativeMethods.elt_generator_set_seed(LiveHandle, unchecked((ulong)seed)), "manual_seed");
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Seeds the generator from the clock and returns the seed.</summary>
        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        /// <summary>The seed that the generator started from.</summary>
        public unsafe long initial_seed()
        {
            ulong seed;
            NativeError.Check(NativeMethods.elt_generator_seed(LiveHandle, &seed), "initial_seed");
            GC.KeepAlive(this);
            return unchecked((long)seed);
        }

        /// <summary>The generator's whole state, as bytes.</summary>
        public Tensor get_state()
        {
            var state = new Tensor(NativeError.Check(NativeMethods.elt_generator_state(LiveHandle), "get_state"));
            GC.KeepAlive(this);
            return state;
        }

        /// <summary>Restores a state that <see cref="get_state"/> gave.</summary>
        public void set_state(Tensor value)
        {
            NativeError.Check(NativeMethods.elt_generator_set_state(LiveHandle, value.Handle), "set_state");
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        /// <summary>Frees the native generator.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native generator; <paramref name="disposing"/> is false on the finaliser's thread.</summary>
        protected virtual void Dispose(bool disposing)
        {
            if (!disposing && NativeLoader.Exiting)
            {
                return;
            }

            var owned = Interlocked.Exchange(ref _handle, IntPtr.Zero);
            if (owned != IntPtr.Zero)
            {
                NativeMethods.elt_generator_release(owned);
            }
        }

        private static IntPtr NewHandle(ulong seed, Device device)
        {
            NativeLoader.Load();
            return NativeError.Check(NativeMethods.elt_generator_new(seed, (int)device.type, device.index), "Generator");
        }
    }
}
