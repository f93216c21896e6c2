using EchoLstm.Tests.Data;
using FsCheck.Fluent;

namespace EchoLstm.Tests.Layers;

/// <summary>Which time steps count: Keras's golden values, what each layer does with a mask, and what holds for any mask.</summary>
public class MaskTests
{
    private static readonly bool[,] KerasMask = { { true, true, true, false }, { true, true, false, false } };

    public static TheoryData<RecurrentKind> Kinds => RecurrentKinds.All;

    [Fact]
    public void A_masked_Lstm_gives_Kerass_golden_values()
    {
        using var scope = NewDisposeScope();
        using var last = KerasLstm(returnSequences: false);
        using var sequences = KerasLstm(returnSequences: true);

        EachUnit(last.call(KerasInput())).ShouldMatch([0.11755939, 0.28556206], KerasTolerance);
        EachUnit(sequences.call(KerasInput())).ShouldMatch(
            [0.01588910, 0.05552048, 0.11755939, 0.11755939, 0.14185596, 0.28556206, 0.28556206, 0.28556206], KerasTolerance);
    }

    [Fact]
    public void A_masked_Bidirectional_gives_Kerass_golden_values_of_zero_output_for_mask()
    {
        using var scope = NewDisposeScope();
        using var layer = new Bidirectional(new Lstm(2, returnSequences: true));
        layer.Build(new Shape(null, 4, 3));
        layer.SetWeights([.. KerasWeights(), .. KerasWeights()]);

        var (forward, backward) = layer.CallBoth(KerasInput());

        EachUnit(forward).ShouldMatch([0.01588910, 0.05552048, 0.11755939, 0, 0.14185596, 0.28556206, 0, 0], KerasTolerance);
        var unused = tensor(KerasMask).logical_not();
        backward.masked_select(unused.unsqueeze(-1).expand_as(backward)).ShouldMatch(new double[6], Tolerance.None);
    }

    [Fact]
    public void Masking_masks_a_step_only_where_all_features_equal_the_value_and_zeroes_it()
    {
        using var scope = NewDisposeScope();
        using var masking = new Masking(-1);

        var output = masking.call(tensor(new float[,,] { { { -1, -1 }, { -1, 2 }, { 0, 0 } } }));

        output.ShouldMatch([0, 0, -1, 2, 0, 0], Tolerance.None);
        StepMasks.Of(output)!.ShouldMatch([0, 1, 1], Tolerance.None);
        masking.MaskValue.Should().Be(-1);
        Errors.Expect<ShapeMismatchException>(
            () => new Masking { Name = "m" }.OutputShape(new Shape(null, 5)),
            "Masking 'm' expects input of rank 3 (samples, time steps, features) but received (None, 5). Reshape single numbers a step to (samples, time steps, 1).");
    }

    [Fact]
    public void A_mask_goes_on_through_layers_that_keep_the_steps()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[,] { { true, false, true }, { false, true, true } });
        foreach (var layer in new Layer[]
        {
            new Lstm(2, returnSequences: true), new Gru(2, returnSequences: true), new SimpleRnn(2, returnSequences: true), new Bidirectional(new Lstm(2, returnSequences: true)),
            new Dense(2), new TimeDistributed(new Dense(2)), new Dropout(0.5), new ActivationLayer(Activation.Tanh), new AdditiveAttention(), new Attention(), new MultiHeadAttention(2, 3),
            new LayerNormalization(), new BatchNormalization(), new LeakyRelu(), new Elu(), new PRelu(), new SpatialDropout1D(0.5), new GaussianNoise(0.5),
            new SequentialModel(new Dense(2), new Lstm(2, returnSequences: true)), new TimeDistributed(new SequentialModel(new Dense(2))),
        })
        {
            using (layer)
            {
                var output = layer.call(Numbers.Uniform(1, [2, 3, 2]).Masked(mask));

                StepMasks.Of(output).Should().NotBeNull(layer.Title);
                StepMasks.Of(output)!.ShouldMatch(mask.Values(), Tolerance.None, layer.Title);
            }
        }
    }

    [Fact]
    public void A_layer_that_ends_the_sequence_ends_the_mask()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[,] { { true, false, true }, { false, true, true } });
        foreach (var layer in new Layer[]
        {
            new Lstm(2), new Gru(2), new SimpleRnn(2), new Bidirectional(new Lstm(2)), new AttentionDecoder(2, 4), new GlobalAveragePooling1D(), new GlobalMaxPooling1D(keepdims: true), new SequentialModel(new Lstm(2), new RepeatVector(3)),
        })
        {
            using (layer)
            {
                StepMasks.Of(layer.call(Numbers.Uniform(1, [2, 3, 2]).Masked(mask))).Should().BeNull(layer.Title);
            }
        }
    }

    [Fact]
    public void A_layer_that_cant_honour_a_mask_says_so()
    {
        const string Mend = "Put it before the Masking, do without the mask, or end the sequence first with a recurrent layer that returns its last step alone.";
        using var scope = NewDisposeScope();
        foreach (var (layer, reason) in new (Layer, string)[]
        {
            (new Flatten { Name = "a" }, "its output has no time steps"),
            (new Reshape(6) { Name = "a" }, "its output may have other time steps"),
            (new Conv1D(2, 2) { Name = "a" }, "a window may hold both masked steps and others"),
            (new MaxPooling1D { Name = "a" }, "a window may hold both masked steps and others"),
            (new AveragePooling1D { Name = "a" }, "a window may hold both masked steps and others"),
            (new UpSampling1D { Name = "a" }, "its output has other time steps"),
            (new ZeroPadding1D { Name = "a" }, "its output has other time steps"),
            (new Cropping1D { Name = "a" }, "its output has other time steps"),
        })
        {
            using (layer)
            {
                var x = Numbers.Uniform(1, [2, 3, 2]).Masked(ones(2, 3, dtype: ScalarType.Bool));
                Errors.Expect<InvalidOperationException>(() => layer.call(x), $"{layer.GetType().Name} 'a' received masked time steps but can't leave them out: {reason}. {Mend}");
            }
        }
    }

    [Fact]
    public void A_mask_inside_a_nested_model_does_not_outlive_the_batch()
    {
        using var model = new SequentialModel(new Masking(), new SequentialModel(new SequentialModel(new Dense(2)), new Lstm(2, returnSequences: true)));
        using var x = Numbers.Uniform(1, [2, 3, 2]);
        model.Build(3, 2);
        model.Predict(x).Dispose();
        var before = LayerContractTests.Live();

        for (var i = 0; i < 5; i++)
        {
            using var scope = NewDisposeScope();
            model.call(x);
        }
        for (var i = 0; i < 5; i++)
        {
            model.Predict(x).Dispose();
        }

        LayerContractTests.Live().Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Appended_masked_steps_change_nothing(RecurrentKind kind) => Property.Holds(Cases, test =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(test.Seed);
        var (samples, steps, appended) = (random.Next(1, 4), random.Next(1, 5), random.Next(1, 4));
        var x = Numbers.Uniform(test.Seed, [samples, steps, 2]);
        var junk = Numbers.Uniform(test.Seed + 1, [samples, appended, 2], 100);
        var longer = cat([x, junk], 1).Masked(cat([ones(samples, steps, dtype: ScalarType.Bool), zeros(samples, appended, dtype: ScalarType.Bool)], 1));
        using var last = kind.Make(3, goBackwards: test.GoBackwards);
        using var sequences = kind.Make(3, returnSequences: true);

        last.call(longer).ShouldMatchTensor(last.call(x), Tolerance.Float32, "the last output");
        var plain = sequences.call(x);
        var output = sequences.call(longer);
        output.narrow(1, 0, steps).ShouldMatchTensor(plain, Tolerance.Float32, "the steps before");
        output.narrow(1, steps, appended).ShouldMatchTensor(plain.narrow(1, steps - 1, 1).expand(samples, appended, 3), Tolerance.Float32, "the steps behind");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_padded_batch_gives_each_sequences_unpadded_result(RecurrentKind kind) => Property.Holds(Cases, test =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(test.Seed);
        const int Steps = 5;
        var samples = random.Next(1, 5);
        using var last = kind.Make(3, goBackwards: test.GoBackwards);
        using var sequences = kind.Make(3, returnSequences: true, goBackwards: test.GoBackwards);
        using var both = new Bidirectional(kind.Make(2, returnSequences: true, seed: null)) { Seed = 3 };
        var x = Numbers.Uniform(test.Seed, [samples, Steps, 2]);
        var mask = zeros(samples, Steps, dtype: ScalarType.Bool);
        var places = new long[samples][];
        for (var i = 0; i < samples; i++)
        {
            var length = random.Next(1, Steps + 1);
            places[i] = [.. (test.Padding switch
            {
                0 => Enumerable.Range(0, length),
                1 => Enumerable.Range(Steps - length, length),
                _ => Enumerable.Range(0, Steps).OrderBy(_ => random.Next()).Take(length).Order(),
            }).Select(place => (long)place)];
            mask[i].index_fill_(0, tensor(places[i]), true);
        }
        x.Masked(mask);
        var (lasts, outputs, pairs) = (last.call(x), sequences.call(x), both.call(x));

        for (var i = 0; i < samples; i++)
        {
            var used = tensor(places[i]);
            var alone = x.narrow(0, i, 1).index_select(1, used);
            lasts.narrow(0, i, 1).ShouldMatchTensor(last.call(alone), Tolerance.Float32, "the last output");
            // Backwards the outputs are in the order of computation, and so are the steps that they belong to.
            var computed = test.GoBackwards ? tensor(places[i].Select(place => Steps - 1 - place).Order().ToArray()) : used;
            outputs.narrow(0, i, 1).index_select(1, computed).ShouldMatchTensor(sequences.call(alone), Tolerance.Float32, "the sequence");
            pairs.narrow(0, i, 1).index_select(1, used).ShouldMatchTensor(both.call(alone), Tolerance.Float32, "both directions");
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Permuted_samples_permute_outputs(RecurrentKind kind) => Property.Holds(Cases, test =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(test.Seed);
        var samples = random.Next(2, 6);
        var order = tensor(Enumerable.Range(0, samples).OrderBy(_ => random.Next()).Select(i => (long)i).ToArray());
        var x = Numbers.Uniform(test.Seed, [samples, 4, 2]);
        var mask = Numbers.Uniform(test.Seed + 1, [samples, 4]).gt(-0.4);
        using var layer = kind.Make(3, returnSequences: true, goBackwards: test.GoBackwards);

        layer.call(x.index_select(0, order)).ShouldMatchTensor(layer.call(x).index_select(0, order), Tolerance.Float32, "without a mask");
        layer.call(x.index_select(0, order).Masked(mask.index_select(0, order)))
            .ShouldMatchTensor(layer.call(x.alias().Masked(mask)).index_select(0, order), Tolerance.Float32, "with a mask");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stateful_layer_goes_on_from_the_last_step_that_was_used(RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        using var layer = kind.Make(3, stateful: true);
        using var whole = kind.Make(3);
        var x = Numbers.Uniform(1, [2, 6, 2]);
        var junk = Numbers.Uniform(2, [2, 2, 2], 100);
        var firstMask = tensor(new[,] { { true, true, true, false, false }, { true, true, true, false, false } });

        layer.call(cat([x.narrow(1, 0, 3), junk], 1).Masked(firstMask));

        // Nothing but masked steps: the state stays. Their output is that of no step, zeros.
        layer.call(junk.alias().Masked(zeros(2, 2, dtype: ScalarType.Bool))).ShouldMatch(new double[6], Tolerance.None, "the output of masked steps alone");
        layer.call(x.narrow(1, 3, 3)).ShouldMatchTensor(whole.call(x), Tolerance.Float32, "the last output");
    }

    [Fact]
    public void A_masked_step_passes_no_gradient_to_the_input_and_a_used_one_does()
    {
        using var scope = NewDisposeScope();
        foreach (var kind in Enum.GetValues<RecurrentKind>())
        {
            using var layer = kind.Make(3);
            var x = Numbers.Uniform(1, [1, 4, 2]).requires_grad_();

            layer.call(x.Masked(tensor(new[,] { { true, false, true, false } }))).sum().backward();

            x.grad!.abs().sum(-1).gt(0).ShouldMatch([1, 0, 1, 0], Tolerance.None, kind.ToString());
        }
    }

    [Fact]
    public void Stacked_layers_all_skip_the_masked_steps()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(
            new Masking(), new Bidirectional(new Lstm(3, returnSequences: true)), new Gru(3, returnSequences: true), new TimeDistributed(new Dense(3)), new SimpleRnn(2)) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 3, 2]);
        model.Build(-1, 2);

        var padded = model.Predict(cat([x, zeros(2, 4, 2)], 1));

        padded.ShouldMatchTensor(model.Layers.Aggregate(x, (value, layer) => layer.call(value)), Tolerance.Float32);
    }

    // Torch's kernel and the loop over steps differ in the last bits.
    private static readonly Tolerance KerasTolerance = new(1e-6);

    private static FsCheck.Gen<MaskCase> Cases =>
        from seed in Gen.Choose(0, 1_000_000)
        from goBackwards in Gen.Elements(false, true)
        from padding in Gen.Choose(0, 2)
        select new MaskCase(seed, goBackwards, padding);

    private static Lstm KerasLstm(bool returnSequences)
    {
        var lstm = new Lstm(2, returnSequences);
        lstm.Build(new Shape(null, 4, 3));
        lstm.SetWeights(KerasWeights());
        return lstm;
    }

    private static Tensor KerasInput() => arange(24, dtype: ScalarType.Float32).reshape(2, 4, 3).Masked(tensor(KerasMask));

    private static Array[] KerasWeights()
    {
        var (kernel, recurrent) = (new float[3, 8], new float[2, 8]);
        foreach (ref var value in ArrayElements.Of<float>(kernel))
        {
            value = 0.01f;
        }
        foreach (ref var value in ArrayElements.Of<float>(recurrent))
        {
            value = 0.02f;
        }
        return [kernel, recurrent, new[] { 0.03f, 0.03f, 1, 1, 0.03f, 0.03f, 0.03f, 0.03f }];
    }

    // All units of a sample are equal here.
    private static double[] EachUnit(Tensor output)
    {
        output.select(-1, 0).ShouldMatch(output.select(-1, 1).Values(), Tolerance.None);
        return output.select(-1, 0).Values();
    }

    /// <summary>A random case of masks.</summary>
    /// <param name="Seed">The seed of sizes and numbers.</param>
    /// <param name="GoBackwards">Whether the layer reads backwards.</param>
    /// <param name="Padding">0: behind, 1: before, 2: anywhere.</param>
    internal sealed record MaskCase(int Seed, bool GoBackwards, int Padding);
}
