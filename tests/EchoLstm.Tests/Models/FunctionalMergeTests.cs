using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

/// <summary>Merging layers: numbers by Torch's operations, and masks as Keras has them.</summary>
public sealed class FunctionalMergeTests : IDisposable
{
    private static readonly bool[,] First = { { true, true, false }, { true, false, false } };
    private static readonly bool[,] Second = { { true, false, true }, { true, true, false } };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Numbers_are_merged_one_by_one()
    {
        var (a, b, c) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 3, 4]), Numbers.Uniform(3, [2, 3, 4]));

        Merged(new Add(), a, b, c).ShouldMatchTensor(a + b + c, Tolerance.Float32);
        Merged(new Subtract(), a, b).ShouldMatchTensor(a - b, Tolerance.None);
        Merged(new Multiply(), a, b, c).ShouldMatchTensor(a * b * c, Tolerance.Float32);
        Merged(new Average(), a, b, c).ShouldMatchTensor((a + b + c) / 3, Tolerance.Float32);
        Merged(new Maximum(), a, b, c).ShouldMatchTensor(stack([a, b, c]).amax([0L]), Tolerance.None);
        Merged(new Minimum(), a, b, c).ShouldMatchTensor(stack([a, b, c]).amin([0L]), Tolerance.None);
    }

    [Fact]
    public void A_vector_is_merged_with_every_step_as_in_Keras()
    {
        var (steps, vector) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 4]));

        Merged(new Add(), steps, vector).ShouldMatchTensor(steps + vector.unsqueeze(1), Tolerance.None);
        Merged(new Multiply(), vector, steps).ShouldMatchTensor(steps * vector.unsqueeze(1), Tolerance.None);
        Merged(new Add(), steps, steps.narrow(2, 0, 1)).ShouldMatchTensor(steps + steps.narrow(2, 0, 1), Tolerance.None);
    }

    [Fact]
    public void Inputs_are_put_side_by_side_along_an_axis()
    {
        var (a, b, c) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 3, 1]), Numbers.Uniform(3, [2, 5, 4]));

        Merged(new Concatenate(), a, b).ShouldMatchTensor(cat([a, b], 2), Tolerance.None);
        Merged(new Concatenate(1), a, c, a).ShouldMatchTensor(cat([a, c, a], 1), Tolerance.None);
        new Concatenate(1).Apply(new Input(-1, 4), new Input(5, 4)).Shape.ToString().Should().Be("(None, None, 4)");
        new Concatenate(1).Apply(new Input(3, 4), new Input(5, -1)).Shape.ToString().Should().Be("(None, 8, 4)");
    }

    [Fact]
    public void Products_are_summed_along_an_axis_of_each()
    {
        var (a, b, v, w) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 5, 4]), Numbers.Uniform(3, [2, 4]), Numbers.Uniform(4, [2, 4]));

        Merged(new Dot(), a, b).ShouldMatchTensor(a.bmm(b.transpose(1, 2)), Tolerance.Float32);
        Merged(new Dot(1), a, a).ShouldMatchTensor(a.transpose(1, 2).bmm(a), Tolerance.Float32);
        Merged(new Dot(2, 1), a, b.transpose(1, 2)).ShouldMatchTensor(a.bmm(b.transpose(1, 2)), Tolerance.Float32);
        Merged(new Dot(2, 1), a, v).ShouldMatchTensor(a.bmm(v.unsqueeze(-1)).squeeze(-1), Tolerance.Float32);
        Merged(new Dot(), v, w).ShouldMatchTensor((v * w).sum([-1L], true), Tolerance.Float32);
        var cosine = nn.functional.cosine_similarity(v, w, 1).unsqueeze(-1);
        Merged(new Dot(-1, normalize: true), v, w).ShouldMatchTensor(cosine, Tolerance.Float32);
        Merged(new Dot(-1, normalize: true), zeros(2, 4), w).Values().Should().AllBeEquivalentTo(0);
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Subtract")]
    [InlineData("Multiply")]
    [InlineData("Average")]
    [InlineData("Maximum")]
    [InlineData("Minimum")]
    [InlineData("Concatenate")]
    public void A_merged_step_is_there_where_it_is_in_every_input_that_has_a_mask(string kind)
    {
        var (a, b) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 3, 4]));
        MergeLayer Layer() => kind switch
        {
            "Add" => new Add(),
            "Subtract" => new Subtract(),
            "Multiply" => new Multiply(),
            "Average" => new Average(),
            "Maximum" => new Maximum(),
            "Minimum" => new Minimum(),
            _ => new Concatenate(),
        };

        MaskOf(Layer(), a, b, tensor(First), tensor(Second)).Should().Equal(1, 0, 0, 1, 0, 0);
        MaskOf(Layer(), a, b, null, tensor(Second)).Should().Equal(1, 0, 1, 1, 1, 0);
        MaskOf(Layer(), a, b, null, null).Should().BeNull();
    }

    [Fact]
    public void Masks_go_where_their_steps_go()
    {
        var (a, b) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 3, 4]));

        MaskOf(new Concatenate(1), a, b, tensor(First), null).Should().Equal(1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1);
        MaskOf(new Concatenate(1), a, b, tensor(First), tensor(Second)).Should().Equal(1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0);
        MaskOf(new Add(), a, Numbers.Uniform(3, [2, 1, 4]), tensor(First), null).Should().Equal(1, 1, 0, 1, 0, 0);
        MaskOf(new Dot(), a, b, tensor(First), tensor(Second)).Should().BeNull();
    }

    [Fact]
    public void Masks_of_inner_steps_are_merged()
    {
        var (a, b) = (Numbers.Uniform(1, [1, 2, 2, 3]), Numbers.Uniform(2, [1, 2, 2, 3]));
        var (inner, steps) = (tensor(new[,,] { { { true, false }, { true, true } } }), tensor(new[,] { { true, false } }));

        MaskOf(new Add(), a, b, inner, steps).Should().Equal(1, 0, 0, 0);
        MaskOf(new Add(), a, b, steps, inner).Should().Equal(1, 0, 0, 0);
        MaskOf(new Concatenate(2), a, b, inner, steps).Should().Equal(1, 0, 1, 1, 1, 1, 0, 0);
        MaskOf(new Concatenate(), a, b, inner, steps).Should().Equal(1, 0, 0, 0);
    }

    [Fact]
    public void A_branch_that_masks_is_trained_as_the_sequence_of_its_layers()
    {
        var (x, y) = (Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 5, 1]));
        x[0, 3] = 0;
        x[0, 4] = 0;
        var input = new Input(-1, 2);
        using var graph = new FunctionalModel([input], [new Dense(1).Apply(new Lstm(3, returnSequences: true).Apply(new Masking().Apply(input)))]) { Seed = 1 };
        using var chain = new SequentialModel(new Masking(), new Lstm(3, returnSequences: true), new Dense(1)) { Seed = 1 };
        foreach (var model in new Model[] { graph, chain })
        {
            model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        }

        var expected = chain.Fit(x, y, epochs: 3, verbose: 0);
        var history = graph.Fit(x, y, epochs: 3, verbose: 0);

        history.Loss.Should().Equal(expected.Loss);
        history["mean_absolute_error"].Should().Equal(expected["mean_absolute_error"]);
    }

    [Fact]
    public void A_given_mask_and_lengths_are_those_of_their_input()
    {
        var (x, z, y) = (Numbers.Uniform(1, [2, 3, 2]), Numbers.Uniform(2, [2, 4, 2]), Numbers.Uniform(3, [2, 3]));
        var (one, other) = (new Input(-1, 2), new Input(-1, 2));
        var (left, right) = (new Lstm(3), new Lstm(3));
        using var model = new FunctionalModel([one, other], [new Add().Apply(left.Apply(one), right.Apply(other))]) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        model.Build();
        using var lefts = new SequentialModel(left);
        using var rights = new SequentialModel(right);
        lefts.Build(-1, 2);
        rights.Build(-1, 2);
        var expected = lefts.Predict(x, lengths: [3, 1]) + rights.Predict(z, lengths: [2, 4]);

        model.Predict([x, z], lengths: [new[] { 3, 1 }, new[] { 2, 4 }])[0].ShouldMatchTensor(expected, Tolerance.Float32);
        model.Predict([x, z], mask: [tensor(new[,] { { true, true, true }, { true, false, false } }), null], lengths: [null, new[] { 2, 4 }])[0]
            .ShouldMatchTensor(expected, Tolerance.Float32);
        model.Evaluate([x, z], [y], lengths: [new[] { 3, 1 }, new[] { 2, 4 }])["loss"]
            .Should().BeApproximately((expected - y).square().mean().item<float>(), 1e-6);
        var trained = model.TrainOnBatch([x, z], [y], mask: [tensor(new[,] { { true, true, true }, { true, false, false } }), tensor(new[,] { { true, true, false, false }, { true, true, true, true } })]);
        trained["loss"].Should().BeApproximately((expected - y).square().mean().item<float>(), 1e-6);
    }

    [Fact]
    public void The_loss_of_each_output_leaves_out_what_its_mask_leaves_out()
    {
        var (x, z) = (Numbers.Uniform(1, [2, 3, 2]), Numbers.Uniform(2, [2, 3, 2]));
        var (one, other) = (new Input(-1, 2), new Input(-1, 2));
        using var model = new FunctionalModel([one, other], [new ActivationLayer(Activation.Linear) { Name = "a" }.Apply(one), new ActivationLayer(Activation.Linear) { Name = "b" }.Apply(other)]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(), Metric.MeanAbsoluteError());

        var figures = model.Evaluate([x, z], [zeros_like(x), zeros_like(z)], mask: [tensor(First), null]);

        var there = tensor(First);
        figures["a_loss"].Should().BeApproximately(x[there].square().mean().item<float>(), 1e-6);
        figures["a_mean_absolute_error"].Should().BeApproximately(x[there].abs().mean().item<float>(), 1e-6);
        figures["b_loss"].Should().BeApproximately(z.square().mean().item<float>(), 1e-6);
    }

    [Fact]
    public void The_state_of_a_masked_sequence_is_that_of_its_last_step()
    {
        var x = Numbers.Uniform(1, [2, 4, 2]);
        var input = new Input(-1, 2);
        var lstm = new Lstm(3, returnSequences: true);
        var (output, state) = lstm.ApplyWithState(input);
        using var model = new FunctionalModel([input], [output, .. state]) { Seed = 1 };

        var made = model.Predict([x], lengths: [new[] { 4, 2 }]);

        var (_, whole) = lstm.CallWithState(x.narrow(0, 0, 1));
        var (_, half) = lstm.CallWithState(x.narrow(0, 1, 1).narrow(1, 0, 2));
        made[1].ShouldMatchTensor(cat([whole.Hidden, half.Hidden], 0), Tolerance.Float32);
        made[2].ShouldMatchTensor(cat([whole.Cell, half.Cell], 0), Tolerance.Float32);
    }

    // Behind the merging layer an Lstm's mask is that of its input.
    private static double[]? MaskOf(MergeLayer layer, Tensor a, Tensor b, Tensor? maskOfA, Tensor? maskOfB)
    {
        foreach (var (tensor, mask) in new[] { (a, maskOfA), (b, maskOfB) })
        {
            StepMasks.Attach(tensor, mask ?? ones(tensor.shape[..2], ScalarType.Bool));
            if (mask is null)
            {
                StepMasks.Of(tensor)!.Dispose();
            }
        }
        return StepMasks.Of(layer.CallMany([a, b])[0])?.to(ScalarType.Float32).Values();
    }

    private static Tensor Merged(MergeLayer layer, params Tensor[] tensors)
    {
        Input[] inputs = [.. tensors.Select(tensor => new Input(tensor.shape[1..]))];
        var node = layer.Apply(inputs);
        using var model = new FunctionalModel(inputs, [node]);
        var output = model.Predict([.. tensors.Select(tensor => (TensorLike)tensor)])[0];
        node.Shape.Skip(1).Should().Equal(output.shape[1..].Select(length => (long?)length));
        return output;
    }
}
