namespace EchoLstm.Tests.Layers;

/// <summary>Names, building and counting: what the base class gives to every layer.</summary>
public class LayerTests
{
    [Fact]
    public void A_layer_is_named_for_its_class_in_snake_case()
    {
        using var lstm = new Lstm(1);
        using var dense = new Dense(1);
        using var repeat = new RepeatVector(1);
        using var distributed = new TimeDistributed(new Dense(1));
        using var named = new Dense(1) { Name = "output" };

        new Layer[] { lstm, dense, repeat, distributed, named }.Select(layer => layer.Name)
            .Should().Equal("lstm", "dense", "repeat_vector", "time_distributed", "output");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_empty_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new Dense(1) { Name = name }).ParamName.Should().Be("value");

    [Fact]
    public void Before_it_is_built_there_is_nothing_to_count_or_read()
    {
        using var dense = new Dense(1) { Name = "output" };
        const string Mend = "Call Build with an input shape, or call it once with data.";

        Errors.ExpectWithoutChange<InvalidOperationException>(dense, () => dense.CountParameters(), $"Dense 'output' has no weights yet, so it can't count its parameters. {Mend}");
        Errors.ExpectWithoutChange<InvalidOperationException>(dense, () => dense.GetWeights(), $"Dense 'output' has no weights yet, so it can't give its weights. {Mend}");
        Errors.ExpectWithoutChange<InvalidOperationException>(dense, () => dense.SetWeights([]), $"Dense 'output' has no weights yet, so it can't take weights. {Mend}");
        dense.InputShape.Should().BeNull();
        dense.IsBuilt.Should().BeFalse();
    }

    [Fact]
    public void Building_again_for_a_shape_that_fits_changes_nothing()
    {
        using var dense = new Dense(2);
        dense.Build(new Shape(null, 3));
        var weights = dense.GetWeights().Values();

        dense.Build(new Shape(10, 7, 3));

        dense.GetWeights().Values().Should().Equal(weights);
        dense.InputShape!.ToString().Should().Be("(None, 3)");
    }

    [Fact]
    public void Its_seed_sets_its_weights()
    {
        double[] Weights(int? seed)
        {
            using var lstm = new Lstm(3) { Seed = seed };
            lstm.Build(new Shape(null, null, 2));
            return lstm.GetWeights().Values();
        }

        Weights(1).Should().Equal(Weights(1));
        Weights(1).Should().NotEqual(Weights(2));
        Weights(null).Should().NotEqual(Weights(null));
    }

    [Fact]
    public void The_first_call_takes_over_the_type_of_its_input()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3);

        lstm.call(Numbers.Uniform(1, [2, 4, 1], 1, ScalarType.Float64)).dtype.Should().Be(ScalarType.Float64);
        lstm.GetWeights()[0].Should().BeOfType<double[,]>();
    }

    [Fact]
    public void An_error_of_Torchs_own_names_the_layer()
    {
        using var scope = NewDisposeScope();
        using var softmax = new ActivationLayer(Activation.Softmax);

        var thrown = Assert.Throws<ArgumentException>(() => softmax.call(zeros(4, 2, dtype: ScalarType.Int64)));

        thrown.Message.Should().StartWith("ActivationLayer 'activation' failed on input of shape (4, 2), Int64: ");
        thrown.ParamName.Should().Be("input");
        thrown.InnerException.Should().NotBeNull();
    }

    [Fact]
    public void It_trains_in_a_users_own_TorchSharp_loop()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(8) { Seed = 1 };
        using var dense = new Dense(1) { Seed = 2 };
        using var model = nn.Sequential(("lstm", lstm), ("dense", dense));
        var (x, y) = (Numbers.Uniform(1, [16, 3, 1]), Numbers.Uniform(2, [16, 1]));
        _ = model.call(x);
        using var optimizer = optim.Adam(model.parameters(), 0.01);

        double Step()
        {
            optimizer.zero_grad();
            var loss = nn.functional.mse_loss(model.call(x), y);
            loss.backward();
            optimizer.step();
            return loss.ToDouble();
        }

        var first = Step();
        for (var i = 0; i < 50; i++)
        {
            _ = Step();
        }

        Step().Should().BeLessThan(first / 2);
    }

    [Fact]
    public void Its_errors_read_the_same_in_every_culture()
    {
        using var german = new GermanCulture();
        using var lstm = new Lstm(1_000_000);

        var build = () => lstm.Build(new Shape(null, 3, 2));

        build.Should().Throw<InsufficientMemoryException>().Which.Message.Should().StartWith("Lstm 'lstm' asks for 4,000,012,000,000 parameters, ");
    }
}
