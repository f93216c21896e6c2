namespace EchoLstm.Tests.Layers;

public class EmbeddingTests
{
    [Fact]
    public void It_has_a_vector_a_class_uniform_within_5_percent()
    {
        using var embedding = new Embedding(40, 25) { Seed = 1 };
        embedding.Build(new Shape(null, null));

        embedding.CountParameters().Should().Be(1000);
        embedding.CountingFormula.Should().Be("40 * 25");
        var table = (float[,])embedding.GetWeights().Single();
        (table.GetLength(0), table.GetLength(1)).Should().Be((40, 25));
        table.Values().Should().OnlyContain(value => Math.Abs(value) <= 0.05);
        table.Values().Max().Should().BeGreaterThan(0.0495);
        table.Values().Min().Should().BeLessThan(-0.0495);
        // 1000 uniform numbers: their mean's deviation is 0.05 / sqrt(3000), about 0.0009.
        table.Values().Average().Should().BeApproximately(0, 0.004);
    }

    [Fact]
    public void Row_i_stands_for_class_i_whatever_type_the_numbers_have()
    {
        using var scope = NewDisposeScope();
        using var embedding = new Embedding(3, 2);
        embedding.Build(new Shape(null, 2));
        embedding.SetWeights([new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }]);
        double[] expected = [5, 6, 1, 2];

        foreach (var indices in new[] { tensor(new[,] { { 2L, 0L } }), tensor(new[,] { { 2, 0 } }), tensor(new[,] { { 2f, 0f } }), tensor(new[,] { { 2.0, 0.0 } }) })
        {
            var output = embedding.call(indices);
            output.shape.Should().Equal(1, 2, 2);
            output.dtype.Should().Be(ScalarType.Float32);
            output.ShouldMatch(expected, Tolerance.None, indices.dtype.ToString());
        }
        embedding.OutputShape(new Shape(null, null)).ToString().Should().Be("(None, None, 2)");
    }

    [Fact]
    public void It_is_what_one_hot_vectors_and_a_Dense_would_be()
    {
        using var scope = NewDisposeScope();
        using var embedding = new Embedding(4, 3) { Seed = 1 };
        using var dense = new Dense(3, useBias: false);
        var indices = tensor(new[,] { { 3L, 0L, 1L }, { 1L, 1L, 2L } });
        var oneHot = eye(4).index_select(0, indices.flatten()).reshape(2, 3, 4);
        var weights = Numbers.Uniform(5, [2, 3, 3]);
        embedding.Build(Shape.Of(indices));
        dense.Build(Shape.Of(oneHot));
        dense.SetWeights(embedding.GetWeights());

        var output = embedding.call(indices);
        output.ShouldMatchTensor(dense.call(oneHot), Tolerance.Float32);

        (output * weights).sum().backward();
        (dense.call(oneHot) * weights).sum().backward();
        embedding.Weights[0].Gradient()!.ShouldMatchTensor(dense.Weights[0].Gradient()!, Tolerance.Float32, "the gradient");
    }

    [Fact]
    public void Its_gradients_equal_differences()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(4, 2, maskZero: true), new Lstm(2)) { Seed = 1 };
        var indices = tensor(new[,] { { 3L, 0L, 1L }, { 1L, 2L, 0L } });
        model.Build(3);
        model.to(ScalarType.Float64);

        GradientCheck.Verify(_ => model.call(indices), [.. model.parameters()]);
    }

    [Fact]
    public void With_maskZero_the_steps_of_class_0_are_masked()
    {
        using var scope = NewDisposeScope();
        var indices = tensor(new[,] { { 3L, 0L, 1L }, { 1L, 0L, 0L } });
        using var masking = new Embedding(4, 2, maskZero: true);
        using var plain = new Embedding(4, 2);

        StepMasks.Of(masking.call(indices))!.ShouldMatch([1, 0, 1, 1, 0, 0], Tolerance.None);
        StepMasks.Of(masking.call(indices.to(ScalarType.Float32)))!.ShouldMatch([1, 0, 1, 1, 0, 0], Tolerance.None);
        StepMasks.Of(plain.call(indices)).Should().BeNull();
    }

    [Fact]
    public void Padding_with_0_changes_nothing_with_maskZero()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(5, 3, maskZero: true), new Bidirectional(new Gru(3, returnSequences: true)), new Lstm(2)) { Seed = 1 };
        model.Build(-1);

        model.Predict(new[,] { { 4, 2, 1, 0, 0, 0 } }).ShouldMatchTensor(model.Predict(new[,] { { 4, 2, 1 } }), Tolerance.Float32);
        model.Predict(new[,] { { 0, 4, 0, 2, 1, 0 } }).ShouldMatchTensor(model.Predict(new[,] { { 4, 2, 1 } }), Tolerance.Float32);
    }

    /// <summary>Float32 has no 16,777,217: it would be the vector of 16,777,216.</summary>
    [Fact]
    public void A_model_hands_whole_numbers_on_exactly()
    {
        const int Large = (1 << 24) + 1;
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(Large + 1, 1), new Flatten());
        model.Build(2);
        using (no_grad())
        {
            model.Layers[0].parameters().Single().zero_().select(0, Large).fill_(7);
        }

        model.Predict(new[,] { { Large, 0 } }).ShouldMatch([7, 0], Tolerance.None, "int");
        model.Predict(new[,] { { (long)Large, Large - 1 } }).ShouldMatch([7, 0], Tolerance.None, "long");
        model.Predict(new[,] { { (double)Large, Large - 1 } }).ShouldMatch([7, 0], Tolerance.None, "double");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_model_reads_indices_of_any_type(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(5, 3), new Flatten()) { Seed = 1, RequestedEngine = engine };
        model.Build(4);
        var x = tensor(new[,] { { 4L, 3L, 1L, 0L }, { 2L, 2L, 4L, 1L } });
        var expected = model.Predict(x).Values();
        ScalarType[] types =
        [
            ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32,
        ];

        foreach (var type in types)
        {
            model.Predict(x.to(type)).ShouldMatch(expected, Tolerance.None, $"{type}");
        }
    }

    [Fact]
    public void A_model_of_sentences_of_words_learns_from_int_arrays()
    {
        // The class is whether the word 1 occurs; 0 pads.
        int[,,] x = { { { 1, 2, 0 }, { 3, 0, 0 } }, { { 2, 3, 0 }, { 3, 2, 2 } }, { { 3, 0, 0 }, { 2, 1, 0 } }, { { 3, 3, 3 }, { 2, 0, 0 } } };
        int[,] y = { { 1 }, { 0 }, { 1 }, { 0 } };
        using var model = new SequentialModel(
            new TimeDistributed(new SequentialModel(new Embedding(4, 4, maskZero: true), new Lstm(4))), new Gru(4), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        model.Compile(Loss.BinaryCrossentropy(), new Adam(0.05), Metric.Accuracy());

        model.Fit(x, y, epochs: 60, verbose: 0);

        model.Evaluate(x, y)["accuracy"].Should().Be(1);
        model.parameters().First().dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void A_number_that_is_no_row_is_an_error_before_anything_is_trained()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Embedding(5, 2), new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "but Embedding 'embedding_1' has 5 vectors: expected whole numbers 0 to 4. Give inputDim the largest number plus 1, or renumber the classes.";

        var thrown = Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new[,] { { 1, 2, 3 }, { 4, 5, 0 } }, new float[2, 1], epochs: 1, batchSize: 1, verbose: 0),
            $"x[1, 1] is 5, {Mend} (Parameter 'x')\nActual value was 5.".ReplaceLineEndings());
        thrown.ActualValue.Should().Be(5.0);
        Errors.Expect<ArgumentOutOfRangeException>(() => model.Predict(new[,] { { 1, -1, 3 } }), $"x[0, 1] is -1, {Mend} (Parameter 'x')\nActual value was -1.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(() => model.Predict(new[,] { { 1, 1, 2.5f } }), $"x[0, 2] is 2.5, {Mend.Replace("Give inputDim the largest number plus 1, or renumber the classes.", "It looks up classes by their numbers; for measured numbers leave it out.", StringComparison.Ordinal)} (Parameter 'x')\nActual value was 2.5.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(() => model.call(tensor(new[,] { { 9L, 1L, 1L } })), $"input[0, 0] is 9, {Mend} (Parameter 'input')\nActual value was 9.".ReplaceLineEndings());
    }

    [Fact]
    public void Input_of_another_rank_is_an_error()
    {
        using var embedding = new Embedding(5, 2) { Name = "e" };

        Errors.Expect<ShapeMismatchException>(
            () => embedding.OutputShape(new Shape(null, 4, 1)),
            "Embedding 'e' expects whole numbers of rank 2 (samples, time steps) but received (None, 4, 1). Drop a last axis of length 1; decode one-hot vectors first; or wrap it in TimeDistributed for sequences of sequences.");
        Errors.Expect<ShapeMismatchException>(
            () => embedding.OutputShape(new Shape(4)),
            "Embedding 'e' expects whole numbers of rank 2 (samples, time steps) but received (4,). Reshape the input to (samples, time steps).");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new Embedding(0, 1), "Embedding's inputDim must be at least 1. (Parameter 'inputDim')\nActual value was 0.".ReplaceLineEndings());
    }

    [Fact]
    public void Its_calls_leave_no_tensor_but_the_output()
    {
        using var indices = tensor(new[,] { { 3L, 0L, 1L } });
        using var embedding = new Embedding(4, 2);
        embedding.call(indices).Dispose();
        var before = LayerContractTests.Live();

        for (var call = 0; call < 20; call++)
        {
            embedding.call(indices).Dispose();
        }

        LayerContractTests.Live().Should().Be(before);
    }
}
