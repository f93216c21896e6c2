namespace EchoLstm.Tests.Models;

public class SequentialModelTests
{
    [Fact]
    public void Names_count_for_each_class_and_model()
    {
        using var first = new SequentialModel(new Lstm(2, returnSequences: true), new Lstm(2, returnSequences: true), new TimeDistributed(new Dense(1)), new Dense(1), new Dense(1) { Name = "output" });
        using var second = new SequentialModel(new Lstm(2), new RepeatVector(3));

        first.Layers.Select(layer => layer.Name).Should().Equal("lstm_1", "lstm_2", "time_distributed_1", "dense_1", "output");
        second.Layers.Select(layer => layer.Name).Should().Equal("lstm_1", "repeat_vector_1");
    }

    [Fact]
    public void It_runs_its_layers_one_after_another()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(2)), new Lstm(1)) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 4, 1]);

        var output = model.call(x);

        output.ShouldMatchTensor(model.Layers[2].call(model.Layers[1].call(model.Layers[0].call(x))), Tolerance.None);
        model.OutputShape(new Shape(null, 4, 1)).ToString().Should().Be("(None, 1)");
    }

    [Fact]
    public void A_length_of_minus_1_may_vary()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(2)));
        model.Build(-1, 1);

        model.InputShape!.ToString().Should().Be("(None, None, 1)");
        model.Predict(new float[2, 3, 1]).shape.Should().Equal(2, 3, 2);
        model.Predict(new float[1, 7, 1]).shape.Should().Equal(1, 7, 2);
    }

    [Fact]
    public void Layers_may_be_added_before_and_after_it_is_built()
    {
        using var model = new SequentialModel { Seed = 1 };
        model.Add(new Lstm(3));
        model.Build(4, 2);
        model.Add(new Dense(5));

        model.CountParameters().Should().Be(72 + 20);
        model.OutputShape(model.InputShape!).ToString().Should().Be("(None, 5)");
    }

    [Fact]
    public void A_layer_that_is_added_after_training_has_begun_trains_too()
    {
        using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = Numbers.Uniform(1, [4, 2]);
        using var y = Numbers.Uniform(2, [4, 2]);
        model.Fit(x, y, verbose: 0);
        model.Add(new Dense(2));
        var before = model.Layers[1].GetWeights().Values();

        model.Fit(x, y, verbose: 0);

        model.Layers[1].GetWeights().Values().Should().NotEqual(before);
    }

    [Fact]
    public void Its_weights_are_those_of_its_layers_in_order()
    {
        using var model = EchoModels.ManyToMany(seed: 1);

        model.GetWeights().Values().Should().Equal([.. model.Layers[0].GetWeights().Values(), .. model.Layers[1].GetWeights().Values()]);
        model.GetWeights().Select(weight => weight.Length).Should().Equal(20, 100, 20, 5, 1);
    }

    [Fact]
    public void Each_layer_of_a_model_has_weights_of_its_own()
    {
        using var model = new SequentialModel(new Dense(3), new Dense(3), new Dense(3) { Seed = 9 }, new Dense(3) { Seed = 9 }) { Seed = 1 };
        model.Build(3);

        model.Layers[0].GetWeights().Values().Should().NotEqual(model.Layers[1].GetWeights().Values());
        model.Layers[2].GetWeights().Values().Should().Equal(model.Layers[3].GetWeights().Values());
    }

    [Fact]
    public void Its_parameters_are_named_for_its_layers_in_the_state_dictionary()
    {
        using var model = EchoModels.ManyToMany();

        model.state_dict().Keys.Should().Equal("lstm_1.lstm.weight_ih_l0", "lstm_1.lstm.weight_hh_l0", "time_distributed_1.layer.linear.weight", "time_distributed_1.layer.linear.bias");
    }

    [Fact]
    public void Loading_a_state_dictionary_forgets_carried_states()
    {
        using var scope = NewDisposeScope();
        var lstm = new Lstm(3, stateful: true);
        using var model = new SequentialModel(lstm);
        _ = model.call(Numbers.Uniform(1, [2, 4, 1]));

        model.load_state_dict(model.state_dict());

        lstm.CopyState().Should().BeNull();
    }

    [Fact]
    public void Compiling_again_keeps_the_weights()
    {
        using var model = EchoModels.OneToOne(seed: 1);
        var weights = model.GetWeights().Values();

        model.Compile(Loss.MeanAbsoluteError(), new Sgd());

        model.GetWeights().Values().Should().Equal(weights);
    }

    [Fact]
    public void Disposing_it_disposes_its_layers()
    {
        var lstm = new Lstm(3);
        var dense = new Dense(1);
        var model = new SequentialModel(lstm, new TimeDistributed(dense));

        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => lstm.Build(new Shape(null, 1, 1)));
        Assert.Throws<ObjectDisposedException>(() => dense.Build(new Shape(null, 1)));
    }

    [Fact]
    public void A_model_is_a_layer_of_another()
    {
        using var scope = NewDisposeScope();
        var encoder = new SequentialModel(new Lstm(3), new Dense(2)) { Name = "encoder" };
        using var model = new SequentialModel(encoder, new RepeatVector(4)) { Seed = 1 };
        model.Build(5, 1);

        model.Layers[0].Should().BeSameAs(encoder);
        model.CountParameters().Should().Be(60 + 8);
        model.Predict(new float[2, 5, 1]).shape.Should().Equal(2, 4, 2);
        model.Summary().Should().Contain("encoder (Sequential)         (None, 2)                 68        ");
    }

    [Fact]
    public void A_dense_first_layer_works_step_by_step_as_in_the_tutorials_comments()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Dense(16, Activation.Relu), new Lstm(8), new Dense(1));
        model.Build(5, 7);

        model.Predict(new float[6, 5, 7]).shape.Should().Equal(6, 1);
        model.Layers[0].OutputShape(model.InputShape!).ToString().Should().Be("(None, 5, 16)");
    }

    [Fact]
    public void The_settings_of_every_listing_are_taken_by_their_Keras_names()
    {
        using var model = new SequentialModel(new Lstm(units: 5, activation: Activation.Tanh, recurrentActivation: Activation.HardSigmoid, useBias: true, returnSequences: true, goBackwards: false, stateful: false), new TimeDistributed(new Dense(units: 1, activation: Activation.Linear)));
        using var x = Numbers.Uniform(1, [4, 5, 1]);
        using var y = Numbers.Uniform(2, [4, 5, 1]);
        foreach (var optimizer in new Optimizer[]
        {
            new Adam(learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
            new Sgd(learningRate: 0.01, momentum: 0.9, nesterov: true),
            new RmsProp(learningRate: 0.001, rho: 0.9),
            new Adam { ClipNorm = 1 },
        })
        {
            model.Compile(loss: Loss.MeanSquaredError(), optimizer: optimizer, metrics: [Metric.Accuracy()]);
            model.Fit(x, y, epochs: 2, batchSize: 2, verbose: 0, shuffle: false, validationSplit: 0.25).Loss.Should().OnlyContain(loss => double.IsFinite(loss));
        }
    }
}
