namespace EchoLstm.Tests.Layers;

/// <summary>Reading and setting weights as arrays in Keras's order and layout.</summary>
public class LayerWeightsTests
{
    [Fact]
    public void They_are_copies()
    {
        using var dense = Built(new Dense(2), 3);
        var weights = dense.GetWeights();
        var before = weights.Values();

        ((float[,])weights[0])[0, 0] = 99;

        dense.GetWeights().Values().Should().Equal(before);
    }

    [Fact]
    public void Those_that_are_gone_are_told_by_name()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(2), new Dense(1));
        model.Build(3);
        model.Layers[1].parameters().First().Dispose();
        const string Message = "is a parameter that was disposed, so that it has no numbers any more. Leave parameters to their layer, which disposes them with itself.";

        Errors.Expect<ObjectDisposedException>(() => model.Save(folder.File("a.safetensors")), $"The weight dense_2/kernel {Message}");
        Errors.Expect<ObjectDisposedException>(() => model.Layers[1].GetWeights(), $"The weight kernel {Message}");
        folder.Names.Should().BeEmpty();
    }

    [Fact]
    public void A_model_with_a_layer_that_is_disposed_is_not_saved()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[2, 1], new float[2, 1], verbose: 0);
        model.Layers[0].Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Save(folder.File("a.safetensors"))).ObjectName.Should().Be("EchoLstm.Layers.Dense");
        folder.Names.Should().BeEmpty();
    }

    [Fact]
    public void Those_without_numbers_are_told_by_name()
    {
        using var dense = Built(new Dense(2), 3);
        dense.to(META);
        const string Message = "The weight kernel is on the device META, where a tensor has a shape but no numbers. Make the layer anew.";

        Errors.Expect<InvalidOperationException>(() => dense.GetWeights(), Message);
        Errors.Expect<InvalidOperationException>(() => dense.SetWeights([new float[3, 2], new float[2]]), Message);
    }

    [Fact]
    public void A_state_dictionary_of_other_names_is_refused_with_them()
    {
        using var dense = Built(new Dense(2), 3);
        using var extra = zeros(1);
        var dictionary = dense.state_dict();
        dictionary.Remove("linear.bias");
        dictionary["gain"] = extra;

        Errors.ExpectWithoutChange<InvalidOperationException>(
            dense,
            () => dense.load_state_dict(dictionary),
            "The state dictionary does not fit Dense 'dense': it lacks linear.bias and has gain too many. Nothing was changed. Load it into a model of the same layers, skip these names, or load with strict: false.");
        dictionary.Remove("gain");
        Errors.Expect<InvalidOperationException>(
            () => dense.load_state_dict(dictionary),
            "The state dictionary does not fit Dense 'dense': it lacks linear.bias and has nothing too many. Nothing was changed. Load it into a model of the same layers, skip these names, or load with strict: false.");
        dense.load_state_dict(dictionary, skip: ["linear.bias"]);
        dense.load_state_dict(dictionary, strict: false).missing_keys.Should().Equal("linear.bias");
    }

    [Fact]
    public void Doubles_are_taken_too()
    {
        using var dense = Built(new Dense(1), 2);

        dense.SetWeights([new double[,] { { 1 }, { 2 } }, new double[] { 3 }]);

        dense.GetWeights().Values().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void A_kernel_in_Kerass_layout_is_Torchs_transposed()
    {
        using var dense = Built(new Dense(2), 3);
        dense.SetWeights([new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }, new float[] { 7, 8 }]);

        dense.named_parameters().Single(named => named.name.EndsWith("weight", StringComparison.Ordinal)).parameter.Values().Should().Equal(1, 3, 5, 2, 4, 6);
    }

    [Fact]
    public void All_that_do_not_fit_are_listed_and_none_is_set()
    {
        using var lstm = new Lstm(2) { Name = "encoder" };
        lstm.Build(new Shape(null, null, 3));

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            lstm,
            () => lstm.SetWeights([new float[8, 3], new float[2, 8], new float[2, 4]]),
            "Lstm 'encoder' has 3 weights but what was given does not fit; nothing was changed. weight 0: expected kernel (3, 8), received (8, 3); weight 2: expected bias (8,), received (2, 4). Give them in the order and layout of GetWeights.");
        thrown.Expected.Should().Be("(3, 8), (2, 8), (8,)");
        thrown.Received.Should().Be("(8, 3), (2, 8), (2, 4)");
    }

    [Fact]
    public void Too_few_and_too_many_are_listed()
    {
        using var dense = Built(new Dense(2), 3);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.SetWeights([new float[3, 2]]),
            "Dense 'dense' has 2 weights but what was given does not fit; nothing was changed. weight 1: expected bias (2,), received nothing. Give them in the order and layout of GetWeights.");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.SetWeights([new float[3, 2], new float[2], new float[2]]),
            "Dense 'dense' has 2 weights but what was given does not fit; nothing was changed. weight 2: expected nothing, received (2,). Give them in the order and layout of GetWeights.");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            dense,
            () => dense.SetWeights([new float[3, 2], null!]),
            "Dense 'dense' has 2 weights but what was given does not fit; nothing was changed. weight 1: expected bias (2,), received null. Give them in the order and layout of GetWeights.");
    }

    [Fact]
    public void In_a_model_the_layers_name_stands_before_the_weights()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1));
        model.Build(4, 1);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.SetWeights([new float[1, 8], new float[2, 8], new float[8], new float[2, 2], new float[1]]),
            "SequentialModel 'sequential' has 5 weights but what was given does not fit; nothing was changed. weight 3: expected dense_1/kernel (2, 1), received (2, 2). Give them in the order and layout of GetWeights.");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_are_refused(float value)
    {
        using var dense = Built(new Dense(1), 1);

        Errors.ExpectWithoutChange<ArgumentException>(
            dense,
            () => dense.SetWeights([new float[,] { { 2 } }, new[] { value }]),
            "Dense 'dense': weight 1, bias, has values that are NaN or infinite. Nothing was changed. (Parameter 'weights')");
    }

    [Fact]
    public void What_a_module_keeps_beside_its_weights_may_be_infinite_but_not_NaN()
    {
        using var model = new SequentialModel(nn.BatchNorm1d(1, affine: false)) { Name = "model" };
        model.Build(1);

        model.SetWeights([new[] { float.NegativeInfinity }, new[] { 1f }, new[] { 0L }]);

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.SetWeights([new[] { float.NaN }, new[] { 1f }, new[] { 0L }]),
            "SequentialModel 'model': weight 0, batch_norm1d_1/running_mean, has values that are NaN or infinite. Nothing was changed. (Parameter 'weights')");
    }

    [Fact]
    public void Other_element_types_are_refused()
    {
        using var dense = Built(new Dense(1), 1);

        Errors.ExpectWithoutChange<ArgumentException>(
            dense,
            () => dense.SetWeights([new float[,] { { 2 } }, new[] { 1 }]),
            "Dense 'dense': weight 1, bias, is an array of Int32; expected float or double. Nothing was changed. (Parameter 'weights')");
    }

    [Fact]
    public void They_stay_where_a_users_code_holds_the_parameters()
    {
        using var scope = NewDisposeScope();
        using var dense = Built(new Dense(1), 1);
        var parameter = dense.parameters().First();

        dense.SetWeights([new float[,] { { 42 } }, new float[] { 0 }]);

        parameter.Values().Should().Equal(42);
        parameter.requires_grad.Should().BeTrue();
    }

    private static Dense Built(Dense dense, long features)
    {
        dense.Build(new Shape(null, features));
        return dense;
    }
}
