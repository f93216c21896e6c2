using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNLayerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Linear_multiplies_the_last_axis_and_adds_the_bias()
    {
        using var layer = Linear(2, 3);
        Set(layer.weight, 1, 2, 3, 4, 5, 6);
        Set(layer.bias!, 0.5, -0.5, 0);

        layer.call(Numbers([1, 10, 2, 20], 2, 1, 2)).ShouldBe([2, 1, 3], 21.5, 42.5, 65, 42.5, 85.5, 130);
        (layer.in_features, layer.out_features).Should().Be((2, 3));
        layer.Invoking(module => module.call(zeros(2, 3))).Should().Throw<ExternalException>().WithMessage("*shapes cannot be multiplied (2x3 and 2x3)*");
    }

    [Fact]
    public void Linear_draws_its_parameters_from_the_seed()
    {
        manual_seed(3);
        using var one = Linear(16, 8);
        manual_seed(3);
        using var other = Linear(16, 8);

        NNSamples.Elements(one.weight).Should().Equal(NNSamples.Elements(other.weight));
        NNSamples.Elements(one.weight).Should().OnlyContain(value => Math.Abs(value) <= 0.25);
        NNSamples.Elements(one.bias!).Should().OnlyContain(value => Math.Abs(value) <= 0.25);
        NNSamples.Elements(one.weight).Max().Should().BeGreaterThan(0.2);
    }

    [Fact]
    public void Linear_takes_given_parameters_or_no_bias()
    {
        using var given = Linear(Parameter(ones(1, 2)), Parameter(ones(1)));
        using var plain = Linear(2, 2, hasBias: false);

        given.call(ones(1, 2)).ShouldBe([1, 1], 3);
        (given.in_features, given.out_features).Should().Be((2, 1));
        plain.bias.Should().Be(null!);
        plain.named_parameters().Select(pair => pair.name).Should().Equal("weight");
    }

    [Fact]
    public void Setting_a_weight_replaces_the_registered_parameter()
    {
        using var layer = Linear(2, 1);
        var old = layer.weight;

        layer.weight = Parameter(zeros(1, 2));
        layer.bias = null;

        old.IsInvalid.Should().BeTrue();
        layer.get_parameter("weight").Should().BeSameAs(layer.weight);
        layer.named_parameters().Should().ContainSingle();
        layer.Invoking(module => module.weight = null!).Should().Throw<ArgumentNullException>();
        layer.call(ones(1, 2)).ShouldBe([1, 1], 0);
    }

    [Fact]
    public void Linear_gradients_agree_with_differences()
    {
        using var layer = Linear(2, 3, dtype: ScalarType.Float64);

        GradientCheck.Verify(inputs => layer.call(inputs[0]), NNSamples.Wave(4, 2), layer.weight, layer.bias!);
    }

    [Fact]
    public void Dropout_scales_what_it_leaves()
    {
        using var layer = Dropout(0.75);
        manual_seed(1);
        double[] values = NNSamples.Elements(layer.call(ones(4000)));

        values.Should().OnlyContain(value => value == 0 || value == 4);
        values.Count(value => value == 4).Should().BeInRange(900, 1100);
        layer.eval();
        layer.call(ones(3)).ShouldBe([3], 1, 1, 1);
        layer.Invoking(_ => functional.dropout(ones(1), 1.5)).Should().Throw<ExternalException>().WithMessage("*between 0 and 1, but got 1.5*");
    }

    [Fact]
    public void Dropout_in_place_changes_the_input()
    {
        using var layer = Dropout(1.0, inplace: true);
        var input = ones(3);

        layer.call(input).ShouldBe([3], 0, 0, 0);

        input.ShouldBe([3], 0, 0, 0);
    }

    [Fact]
    public void Shape_layers_keep_the_elements()
    {
        using var flatten = Flatten();
        using var unflatten = Unflatten(1, [2, 3]);
        using var identity = Identity();
        var input = arange(12).reshape(2, 2, 3);

        var flat = flatten.call(input);
        flat.shape.Should().Equal(2, 6);
        unflatten.call(flat).shape.Should().Equal(2, 2, 3);
        Flatten(0, 1).call(input).shape.Should().Equal(4, 3);
        identity.call(flat).ShouldBe([2, 6], [.. Enumerable.Range(0, 12).Select(i => (double)i)]);
    }

    [Fact]
    public void Conv1d_is_the_sliding_sum()
    {
        using var layer = Conv1d(2, 3, 3, stride: 2, padding: 1, dtype: ScalarType.Float64);
        var input = NNSamples.Wave(2, 2, 7);
        double[] x = NNSamples.Elements(input), w = NNSamples.Elements(layer.weight), b = NNSamples.Elements(layer.bias!);

        var expected = new List<double>();
        for (int n = 0; n < 2; n++)
            for (int f = 0; f < 3; f++)
                for (int t = 0; t < 4; t++)
                {
                    double sum = b[f];
                    for (int c = 0; c < 2; c++)
                        for (int k = 0; k < 3; k++)
                        {
                            int at = (2 * t) + k - 1;
                            if (at is >= 0 and < 7) sum += x[(n * 14) + (c * 7) + at] * w[(f * 6) + (c * 3) + k];
                        }
                    expected.Add(sum);
                }

        layer.call(input).ShouldBe([2, 3, 4], [.. expected]);
        layer.call(input[0]).shape.Should().Equal(3, 4);
        layer.Invoking(module => module.call(zeros(2, 3, 7))).Should().Throw<ArgumentException>().WithMessage("*with 2 channels to Conv1d*");
    }

    [Fact]
    public void Convolutions_gradients_agree_with_differences()
    {
        using var one = Conv1d(2, 2, 2, dilation: 2, dtype: ScalarType.Float64);
        using var two = Conv2d(1, 2, (2, 3), padding: (1, 0), dtype: ScalarType.Float64);

        GradientCheck.Verify(inputs => one.call(inputs[0]), NNSamples.Wave(2, 2, 5), one.weight, one.bias!);
        GradientCheck.Verify(inputs => two.call(inputs[0]), NNSamples.Wave(1, 1, 3, 4), two.weight, two.bias!);
    }

    [Theory]
    [InlineData(PaddingModes.Zeros, 0.0, 1.0, 0.0)]
    [InlineData(PaddingModes.Reflect, 2.0, 1.0, 3.0)]
    [InlineData(PaddingModes.Replicate, 1.0, 1.0, 4.0)]
    [InlineData(PaddingModes.Circular, 4.0, 1.0, 1.0)]
    public void Conv1d_pads_with_what_the_mode_says(PaddingModes mode, double before, double first, double after)
    {
        using var layer = Conv1d(1, 1, 3, padding: 1, padding_mode: mode, bias: false);
        using var same = Conv1d(1, 1, 3, Padding.Same, padding_mode: mode, bias: false);
        foreach (var module in new[] { layer, same })
        {
            Set(module.weight, 1, 10, 100);
            module.call(Numbers([1, 2, 3, 4], 1, 1, 4))
                .ShouldBe([1, 1, 4], before + (10 * first) + 200, 321, 432, 3 + 40 + (100 * after));
        }
    }

    [Fact]
    public void Conv2d_has_all_its_overloads()
    {
        using var square = Conv2d(1, 1, 3, padding: 1, bias: false);
        using var oblong = Conv2d(1, 1, (1, 3), stride: (2, 1), padding: (0, 1), dilation: (1, 1), bias: false);
        using var same = Conv2d(1, 1, 3, Padding.Same);
        using var valid = Conv2d(2, 4, (2, 3), Padding.Valid, groups: 2);
        using var mirrored = Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        var input = ones(1, 1, 4, 5);

        Set(square.weight, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        square.call(input).ShouldBe([1, 1, 4, 5], 4, 6, 6, 6, 4, 6, 9, 9, 9, 6, 6, 9, 9, 9, 6, 4, 6, 6, 6, 4);
        Set(oblong.weight, 1, 1, 1);
        oblong.call(input).ShouldBe([1, 1, 2, 5], 2, 3, 3, 3, 2, 2, 3, 3, 3, 2);
        same.call(input).shape.Should().Equal(1, 1, 4, 5);
        valid.call(ones(1, 2, 4, 5)).shape.Should().Equal(1, 4, 3, 3);
        valid.weight.shape.Should().Equal(4, 1, 2, 3);
        mirrored.call(input).shape.Should().Equal(1, 1, 4, 5);
        square.Invoking(module => module.call(ones(1, 2, 4, 5))).Should().Throw<ArgumentException>().WithMessage("*Conv2d*");
        FluentActions.Invoking(() => Conv2d(1, 1, 3, Padding.Same, stride: 2)).Should().Throw<ArgumentException>().WithMessage("*strided*");
    }

    [Fact]
    public void Pooling_takes_the_largest_or_the_mean()
    {
        using var largest = MaxPool1d(2);
        using var overlapping = MaxPool1d(3, stride: 1, padding: 1);
        using var mean = AvgPool1d(2, stride: 1);
        using var padded = AvgPool1d(2, padding: 1, count_include_pad: false);
        using var plane = MaxPool2d(2);
        using var oblong = MaxPool2d((1, 3), stride: (1, 1));
        using var listed = MaxPool2d([2, 2], [1, 1]);
        var line = Numbers([1, 5, 2, 4, 3], 1, 1, 5);

        largest.call(line).ShouldBe([1, 1, 2], 5, 4);
        overlapping.call(line).ShouldBe([1, 1, 5], 5, 5, 5, 4, 4);
        var (values, indices) = largest.forward_with_indices(line);
        values.ShouldHold(5, 4);
        indices.ShouldHold(1, 3);
        mean.call(line).ShouldBe([1, 1, 4], 3, 3.5, 3, 3.5);
        padded.call(line).ShouldBe([1, 1, 3], 1, 3.5, 3.5);
        var grid = Numbers([1, 2, 3, 4, 9, 6, 7, 8, 5], 1, 1, 3, 3);
        plane.call(grid).ShouldBe([1, 1, 1, 1], 9);
        oblong.call(grid).ShouldBe([1, 1, 3, 1], 3, 9, 8);
        listed.call(grid).ShouldBe([1, 1, 2, 2], 9, 9, 9, 9);
        oblong.forward_with_indices(grid).Indices.ShouldHold(2, 4, 7);
        functional.max_pool2d(grid, 3).ShouldHold(9);
    }

    [Fact]
    public void Padding_goes_from_the_last_axis_on()
    {
        var input = Numbers([1, 2, 3, 4], 1, 2, 2);

        functional.pad(input, (1, 0), value: 9).ShouldBe([1, 2, 3], 9, 1, 2, 9, 3, 4);
        functional.pad(input, (0, 1, 1, 0)).ShouldBe([1, 3, 3], 0, 0, 0, 1, 2, 0, 3, 4, 0);
        functional.pad(input, 1).shape.Should().Equal(3, 4, 4);
        functional.pad(input, new long[] { 1, 1 }, PaddingModes.Replicate).ShouldBe([1, 2, 4], 1, 1, 2, 2, 3, 3, 4, 4);
        functional.pad(input, stackalloc long[] { 1, 1 }, PaddingModes.Reflect).ShouldBe([1, 2, 4], 2, 1, 2, 1, 4, 3, 4, 3);
        functional.pad(input, (1, 0), PaddingModes.Circular).ShouldBe([1, 2, 3], 2, 1, 2, 4, 3, 4);
    }

    [Fact]
    public void Embedding_looks_up_and_leaves_the_padding_alone()
    {
        using var table = Embedding(4, 2, padding_idx: 1, dtype: ScalarType.Float64);
        double[][] rows = NNSamples.Rows(table.weight!);
        rows[1].Should().Equal(0, 0);
        var numbers = tensor(new long[] { 3, 1, 3 });

        var output = table.call(numbers);
        output.ShouldBe([3, 2], [.. rows[3], 0, 0, .. rows[3]]);
        output.sum().backward();
        table.parameters().Single().grad!.ShouldBe([4, 2], 0, 0, 0, 0, 0, 0, 2, 2);

        table.named_parameters().Should().ContainSingle().Which.name.Should().Be("weight");
        table.call(tensor(new long[,] { { 0, 2 } })).shape.Should().Equal(1, 2, 2);
        FluentActions.Invoking(() => Embedding(4, 2, padding_idx: 4)).Should().Throw<ExternalException>().WithMessage("*within num_embeddings*");
        table.Invoking(module => module.call(tensor(new long[] { 4 }))).Should().Throw<ExternalException>().WithMessage("*out of range*");
    }

    [Fact]
    public void Reading_an_embeddings_weight_gives_an_object_of_its_own()
    {
        using var table = Embedding(2, 2);

        using (var weight = table.weight!) weight.requires_grad.Should().BeTrue();

        table.weight!.shape.Should().Equal(2, 2);
    }

    [Fact]
    public void A_pretrained_embedding_is_frozen_unless_asked()
    {
        var vectors = Numbers([1, 2, 3, 4], 2, 2);
        using var frozen = Embedding_from_pretrained(vectors);
        using var trained = Embedding_from_pretrained(vectors.clone(), freeze: false);

        frozen.call(tensor(new long[] { 1 })).ShouldBe([1, 2], 3, 4);
        frozen.call(tensor(new long[] { 1 })).requires_grad.Should().BeFalse();
        trained.call(tensor(new long[] { 0 })).requires_grad.Should().BeTrue();
    }

    [Fact]
    public void A_largest_norm_shortens_what_is_looked_up()
    {
        using var table = Embedding_from_pretrained(Numbers([3, 4, 0.3, 0.4], 2, 2), max_norm: 1.0);

        table.call(tensor(new long[] { 0, 1 })).reshape(-1).sub(Numbers([0.6, 0.8, 0.3, 0.4], 4)).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void LayerNorm_brings_each_sample_to_mean_0_and_variance_1()
    {
        using var layer = LayerNorm(3, eps: 0);
        using var bare = LayerNorm([2, 3], elementwise_affine: false);
        double root = Math.Sqrt(1.5);

        layer.call(Numbers([1, 2, 3, 4, 6, 8], 2, 3)).ShouldBe([2, 3], -root, 0, root, -root, 0, root);
        Set(layer.weight, 1, 2, 3);
        Set(layer.bias!, 0, 1, 0);
        layer.call(Numbers([1, 2, 3], 1, 3)).ShouldBe([1, 3], -root, 1, 3 * root);
        bare.named_parameters().Should().BeEmpty();
        LayerNorm(3, bias: false).named_parameters().Should().ContainSingle();
        GradientCheck.Verify(input => functional.layer_norm(input, [3], null, null), NNSamples.Wave(2, 3));
    }

    [Fact]
    public void BatchNorm_uses_the_batch_while_training_and_its_running_statistics_after()
    {
        using var layer = BatchNorm1d(1, eps: 0, momentum: 0.5);
        var batch = Numbers([1, 3, 5], 3, 1);
        double root = Math.Sqrt(1.5);

        layer.call(batch).ShouldBe([3, 1], -root, 0, root);
        layer.running_mean!.ShouldBe([1], 1.5);
        layer.running_var!.ShouldBe([1], 0.5 + (0.5 * 4));
        layer.num_batches_tracked!.ShouldHold(1);
        layer.eval();
        layer.call(Numbers([1.5 + Math.Sqrt(2.5)], 1, 1)).ShouldHold(1);

        layer.named_buffers().Select(pair => pair.name).Should().Equal("running_mean", "running_var", "num_batches_tracked");
        layer.named_parameters().Select(pair => pair.name).Should().Equal("weight", "bias");
        layer.Invoking(module => module.call(zeros(1))).Should().Throw<ArgumentException>().WithMessage("*2D or 3D*");
        layer.reset_running_stats();
        layer.running_var!.ShouldHold(1);
        using var plane = BatchNorm2d(2, affine: false, track_running_stats: false);
        plane.state_dict().Should().BeEmpty();
        plane.call(NNSamples.Wave(2, 2, 3, 3).to_type(ScalarType.Float32)).mean().item<float>().Should().BeApproximately(0, 1e-6f);
        plane.Invoking(module => module.call(zeros(1, 2))).Should().Throw<ArgumentException>().WithMessage("*4D*");
    }

    [Fact]
    public void OneHot_and_normalize()
    {
        functional.one_hot(tensor(new long[] { 0, 2 })).ShouldBe([2, 3], 1, 0, 0, 0, 0, 1);
        functional.one_hot(tensor(new long[] { 1 }), 4).ShouldBe([1, 4], 0, 1, 0, 0);
        FluentActions.Invoking(() => functional.one_hot(ones(1))).Should().Throw<ArgumentException>().WithMessage("*Int64*");
        functional.normalize(Numbers([3, 4, 0, 0], 2, 2)).ShouldBe([2, 2], 0.6, 0.8, 0, 0);
        functional.normalize(Numbers([1, 3, 2, 4], 2, 2), p: 1, dim: 0).ShouldBe([2, 2], 1 / 3.0, 3 / 7.0, 2 / 3.0, 4 / 7.0);
    }

    [Fact]
    public void A_disposed_layer_refuses()
    {
        var layer = Linear(2, 2);
        var table = Embedding(2, 2);
        layer.Dispose();
        table.Dispose();

        layer.Invoking(module => module.call(ones(1, 2))).Should().Throw<InvalidOperationException>();
        table.Invoking(module => module.call(zeros(1, dtype: ScalarType.Int64))).Should().Throw<ObjectDisposedException>();
    }

    private static Tensor Numbers(double[] values, params long[] shape) => tensor(values, dtype: ScalarType.Float32).reshape(shape);

    private static void Set(Tensor parameter, params double[] values)
    {
        using var constant = no_grad();
        parameter.copy_(tensor(values).reshape(parameter.shape));
    }
}
