using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Kernels;

/// <summary>The kernels as a holder without Torch uses them: settings, arrays in Keras's layout, buffers of its own.</summary>
public sealed class KernelPlanTests
{
    private const int Samples = 3, Steps = 4, Features = 6;

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Stacks => new()
    {
        ["Lstm"] = () => [new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["no bias"] = () => [new Lstm(17, returnSequences: true, useBias: false), new Gru(9, useBias: false), new Dense(3, useBias: false)],
        ["Gru"] = () => [new Gru(5, returnSequences: true), new Gru(18, resetAfter: false), new Dense(50, Activation.Softmax)],
        ["SimpleRnn"] = () => [new SimpleRnn(5, goBackwards: true), new RepeatVector(3), new SimpleRnn(3, returnSequences: true), new Flatten()],
        ["Bidirectional"] = () => [new Bidirectional(new Gru(5, returnSequences: true)), new Bidirectional(new Lstm(7), MergeMode.Mul)],
        ["words"] = () => [new Embedding(Features, 5), new Lstm(5), new Dense(2)],
    };

    public static TheoryData<string> Kinds => [.. Stacks.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_in_Kerass_layout_give_the_models_bits_in_many_runs_at_once(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        var words = kind == "words";
        model.Build(words ? new Shape(null, Steps) : new Shape(null, null, Features));
        using var weights = new HeldWeights(model);
        var x = words
            ? tensor([.. Enumerable.Range(0, Samples * Steps).Select(i => i * 5L % Features)]).reshape(Samples, Steps)
            : Numbers.Uniform(2, [Samples, Steps, Features]);
        var expected = model.Predict(x).data<float>().ToArray();
        var inputs = words ? [.. x.data<long>().Select(index => (float)index)] : x.data<float>().ToArray();

        Parallel.For(0, 8, _ => weights.Run(inputs, Samples, Steps).Should().Equal(expected));
        weights.Run(inputs[..(inputs.Length / Samples)], 1, Steps).Should().Equal(expected[..(expected.Length / Samples)]);
    }

    [Fact]
    public void Steps_behind_a_samples_length_do_not_count()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(5, returnSequences: true), new Gru(4), new Dense(2)) { Seed = 1 };
        model.Build(new Shape(null, null, Features));
        using var weights = new HeldWeights(model);
        var x = Numbers.Uniform(2, [Samples, Steps, Features]);
        int[] lengths = [4, 1, 3];

        var outputs = weights.Run(x.data<float>().ToArray(), Samples, Steps, lengths);

        for (var i = 0; i < Samples; i++)
        {
            var alone = model.Predict(x.narrow(0, i, 1).narrow(1, 0, lengths[i]).contiguous()).data<float>().ToArray();
            outputs[(2 * i)..(2 * (i + 1))].Should().Equal(alone);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_unpacked_is_what_was_packed_in_either_layout(string kind)
    {
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        model.Build(kind == "words" ? new Shape(null, Steps) : new Shape(null, null, Features));
        using var weights = new HeldWeights(model);
        weights.ShouldSurviveEitherLayout();
    }

    /// <summary>A model's weights as a file has them, packed once for any number of plans.</summary>
    private sealed unsafe class HeldWeights : IDisposable
    {
        private readonly LayerSettings[] _settings;
        private readonly Shape _inputShape;
        private readonly float[][] _arrays;
        private readonly FencedArena _packed = new(Fence.Behind, withPages: false);
        private readonly KernelPlan _first;
        private float* _start;

        internal HeldWeights(SequentialModel model)
        {
            (_settings, _inputShape) = ([.. model.Layers.Select(layer => layer.Settings)], model.InputShape!);
            _arrays = [.. model.GetWeights().Select(array => array.Values().Select(value => (float)value).ToArray())];
            _first = Plan();
            _packed.Lay(arena => _start = arena.Take(_first.PackedNumbers));
            Exchange(_arrays, WeightLayout.Keras, unpacks: false);
        }

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
            var outputs = new float[samples * plan.OutputSteps(steps) * pass.Last.OutputWidth];
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
            var plan = KernelPlan.TryCreate(_settings, _inputShape, new WorkTeam(1), out var reason);
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
}
