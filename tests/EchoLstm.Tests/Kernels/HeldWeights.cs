using EchoLstm.Kernels;

namespace EchoLstm.Tests.Kernels;

/// <summary>A model's weights as a file has them, packed once for any number of plans.</summary>
internal sealed unsafe class HeldWeights : IDisposable
{
    private readonly LayerSettings[] _settings;
    private readonly Shape _inputShape;
    private readonly float[][] _arrays;
    private readonly FencedArena _packed = new(Fence.Behind, withPages: false);
    private readonly LaneWidth? _width;
    private readonly KernelPlan _first;
    private float* _start;

    internal HeldWeights(LayerSettings[] settings, Shape inputShape, IReadOnlyList<Array> weights, LaneWidth? width = null)
    {
        (_settings, _inputShape, _width) = (settings, inputShape, width);
        _arrays = [.. weights.Select(array => array.Values().Select(value => (float)value).ToArray())];
        _first = Plan();
        _packed.Lay(arena => _start = arena.Take(_first.PackedNumbers));
        Exchange(_arrays, WeightLayout.Keras, unpacks: false);
    }

    internal static HeldWeights Of(SequentialModel model) =>
        new([.. model.Layers.Select(layer => layer.Settings)], model.InputShape!, model.GetWeights());

    internal float[] Run(float[] inputs, int samples, int steps, int[]? lengths = null)
    {
        var plan = Plan();
        plan.Bind(_start, null);
        foreach (var part in plan.Parts)
        {
            part.Kernel.Examine();
        }
        var pass = new ForwardPass(plan, new Arena());
        pass.Lay(new BatchShape(samples, steps, Training: false, Masked: lengths is not null));
        if (plan.ReadsIndices)
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                pass.Indices[(i % steps * samples) + (i / steps)] = (int)inputs[i];
            }
            pass.GiveIndices(0);
        }
        else
        {
            fixed (float* source = inputs)
            {
                pass.Gather(source, null);
            }
        }
        if (lengths is not null)
        {
            pass.SetLengths(lengths);
        }
        pass.Run();
        var outputs = new float[samples * plan.OutputSteps(steps) * plan.OutputWidth()];
        pass.CopyOutput(outputs);
        _packed.FencesShouldStand("the packed weights");
        return outputs;
    }

    internal void ShouldSurviveEitherLayout()
    {
        var keras = _arrays.Select(array => new float[array.Length]).ToArray();
        Exchange(keras, WeightLayout.Keras, unpacks: true);
        keras.Should().BeEquivalentTo(_arrays, options => options.WithStrictOrdering());
        // Torch's pieces have the same numbers in another order, the bias among the input weights.
        var torch = Enumerable.Range(0, _first.Parts.Sum(part => part.Kernel.MemoryCount(WeightLayout.Torch)))
            .Select(_ => new float[_arrays.Sum(array => array.Length)]).ToArray();
        Exchange(torch, WeightLayout.Torch, unpacks: true);
        new Span<float>(_start, (int)_first.PackedNumbers).Clear();
        Exchange(torch, WeightLayout.Torch, unpacks: false);
        Exchange(keras, WeightLayout.Keras, unpacks: true);
        keras.Should().BeEquivalentTo(_arrays, options => options.WithStrictOrdering());
    }

    public void Dispose() => _packed.Dispose();

    private KernelPlan Plan()
    {
        var plan = KernelPlan.TryCreate(new SequentialSettings { Layers = _settings }, [_inputShape], new WorkTeam(1), out var reason, _width);
        reason.Should().BeNull();
        return plan!;
    }

    private void Exchange(float[][] arrays, WeightLayout layout, bool unpacks)
    {
        var pins = arrays.Select(array => new Pinned(array)).ToArray();
        var next = 0;
        foreach (var part in _first.Parts)
        {
            var count = part.Kernel.MemoryCount(layout);
            nint[] memory = [.. pins[next..(next + count)].Select(pin => pin.Start)];
            next += count;
            if (unpacks)
            {
                part.Kernel.Unpack(_start + part.Place, layout, memory);
            }
            else
            {
                part.Kernel.Pack(layout, memory, _start + part.Place);
            }
        }
        next.Should().Be(arrays.Length);
        foreach (var (pin, array) in pins.Zip(arrays))
        {
            pin.CopyTo(array);
        }
    }

    // The garbage collector never moves it.
    private sealed class Pinned
    {
        private readonly float[] _numbers;

        internal Pinned(float[] numbers)
        {
            _numbers = GC.AllocateArray<float>(numbers.Length, pinned: true);
            numbers.CopyTo(_numbers, 0);
        }

        internal nint Start => System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_numbers, 0);

        internal void CopyTo(float[] numbers) => _numbers.CopyTo(numbers, 0);
    }
}
