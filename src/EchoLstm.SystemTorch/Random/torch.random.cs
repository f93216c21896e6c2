using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the generators of all devices; the result is the processor's.</summary>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>Seeds the default generator from the clock and returns the seed.</summary>
    public static long seed() => random.seed();

    /// <summary>The seed that the default generator started from.</summary>
    public static long initial_seed() => random.initial_seed();

    /// <summary>The default generator's whole state, as bytes.</summary>
    public static Tensor get_rng_state() => random.get_rng_state();

    /// <summary>Restores a state of the default generator.</summary>
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The default generator.</summary>
    public static partial class random
    {
        /// <summary>Seeds the default generator from the clock and returns the seed.</summary>
        public static long seed()
        {
            using var generator = Generator.Default;
            return generator.seed();
        }

        /// <summary>The seed that the default generator started from.</summary>
        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        /// <summary>Seeds the generators of all devices; the result is the processor's.</summary>
        public static Generator manual_seed(long seed)
        {
            NativeLoader.Load();
            return new Generator(NativeError.Check(NativeMethods.elt_manual_seed(unchecked((ulong)seed)), "manual_seed"), CPU);
        }

        /// <summary>The default generator's whole state, as bytes.</summary>
        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        /// <summary>Restores a state of the default generator.</summary>
        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }
}
