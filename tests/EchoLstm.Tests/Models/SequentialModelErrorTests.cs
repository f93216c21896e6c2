namespace EchoLstm.Tests.Models;

/// <summary>What a model refuses whatever the data: calls in the wrong order or after disposal, layers and metrics that do not go together. By the whole message, and that it changed nothing.</summary>
public class SequentialModelErrorTests
{
    [Fact]
    public void Fit_Evaluate_and_TrainOnBatch_before_Compile()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Build(1);
        const string Mend = "Call Compile with a loss and an optimiser, e.g. model.Compile(Loss.MeanSquaredError(), new Adam()).";

        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Fit(new float[1, 1], new float[1, 1]), $"The model must be compiled before Fit. {Mend}");
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Evaluate(new float[1, 1], new float[1, 1]), $"The model must be compiled before Evaluate. {Mend}");
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.TrainOnBatch(new float[1, 1], new float[1, 1]), $"The model must be compiled before TrainOnBatch. {Mend}");
    }

    [Fact]
    public void Predict_and_Evaluate_before_Build()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "Call Build with an input shape, or call it once with data.";

        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Predict(new float[1, 1]), $"SequentialModel 'sequential' has no weights yet, so it can't predict. {Mend}");
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Evaluate(new float[1, 1], new float[1, 1]), $"SequentialModel 'sequential' has no weights yet, so it can't be evaluated. {Mend}");
    }

    [Fact]
    public void A_model_without_layers()
    {
        using var model = new SequentialModel();
        const string Message = "The model has no layers. Give some to its constructor, or Add them.";

        model.Compile(Loss.MeanSquaredError(), new Adam());
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Build(1), Message);
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Fit(new float[1, 1], new float[1, 1]), Message);
        Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Predict(new float[1, 1]), Message);
    }

    [Fact]
    public void A_layer_twice()
    {
        var dense = new Dense(1);
        using var model = new SequentialModel(dense);

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Add(dense),
            "The layer Dense is in the model already. Make a second one; to share weights, write a TorchSharp module that calls the layer twice. (Parameter 'layer')");
        model.Layers.Should().ContainSingle();
    }

    [Fact]
    public void Two_layers_of_one_name()
    {
        using var model = new SequentialModel(new Dense(1) { Name = "output" });

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Add(new Dense(2) { Name = "output" }),
            "Two layers of the model are named 'output'. Give each a name of its own. (Parameter 'layer')");
        model.Layers.Should().ContainSingle();
    }

    [Fact]
    public void A_layer_that_can_not_take_the_output_of_a_built_model()
    {
        using var model = EchoModels.OneToOne();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Add(new TimeDistributed(new Dense(1))),
            "TimeDistributed 'time_distributed' expects input of rank 3 or more (samples, time steps, features, ...) but received (None, 1). The Lstm before it probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave TimeDistributed out.");
        model.Layers.Should().HaveCount(2);
    }

    [Fact]
    public void Two_figures_of_one_name()
    {
        using var model = SmallModels.Regression();
        const string Mend = "Give each metric a name of its own, other than 'loss'.";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy(), Metric.Accuracy()), $"Two metrics are named 'accuracy'. {Mend} (Parameter 'metrics')");
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((a, b) => a, "loss")), $"Two metrics are named 'loss'. {Mend} (Parameter 'metrics')");
    }

    [Fact]
    public void A_prediction_as_another_array_than_it_is()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Predict<float[,]>(new float[10, 5, 1]),
            "The prediction of shape (10, 5, 1) is a float[,,], not a float[,]. Call Predict<float[,,]>.");
    }

    [Fact]
    public void A_disposed_model()
    {
        var model = SmallModels.Regression();
        var weights = model.GetWeights();
        model.Dispose();
        var (x, y) = (new float[1, 5, 1], new float[1, 1]);

        foreach (var use in new Action[]
        {
            () => model.Fit(x, y),
            () => model.TrainOnBatch(x, y),
            () => model.Evaluate(x, y),
            () => model.Predict(x),
            () => model.Predict<float[,]>(x),
            () => model.Summary(),
            () => model.ResetStates(),
            () => model.Compile(Loss.MeanSquaredError(), new Adam()),
            () => model.Add(new Dense(1)),
            () => model.Build(5, 1),
            () => model.GetWeights(),
            () => model.SetWeights(weights),
        })
        {
            Errors.Expect<ObjectDisposedException>(use, $"Cannot access a disposed object.{Environment.NewLine}Object name: 'EchoLstm.Models.SequentialModel'.");
        }
    }

    [Fact]
    public void A_state_dictionary_that_does_not_fit()
    {
        using var model = SmallModels.Regression();
        using var wrong = zeros(2);
        var own = model.state_dict();
        var name = own.Keys.First();
        var received = Shape.Of(own[name]);
        own[name] = wrong;

        Errors.ExpectWithoutChange<ArgumentNullException>(model, () => model.load_state_dict(null!), "Value cannot be null. (Parameter 'source')");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.load_state_dict(own),
            $"The state dictionary does not fit SequentialModel 'sequential': {name} is (2,), expected {received}. Nothing was changed. Load it into a model of the same layers, or skip the name.");
        own[name] = null!;
        Errors.ExpectWithoutChange<ArgumentNullException>(model, () => model.load_state_dict(own), $"The state dictionary's {name} is null. Nothing was changed. Give it a tensor, or skip the name. (Parameter 'source')");
        model.load_state_dict(own, skip: [name]);
        using var sparse = ones(2).Sparse();
        own[name] = sparse;
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.load_state_dict(own), $"{name} is a sparse tensor, but a model computes with dense ones. Convert it with to_dense(). (Parameter '{name}')");
        wrong.Dispose();
        own[name] = wrong;
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.load_state_dict(own),
            $"{name} is a tensor that was disposed, by itself or with the dispose scope that it was made in. Dispose it later, or take it out of the scope with DetachFromDisposeScope(). (Parameter '{name}')");
    }

    [Fact]
    public void A_state_dictionary_of_a_layer_on_its_own_with_a_null()
    {
        using var dense = new Dense(1);
        dense.Build(new Shape(null, 2));
        var own = dense.state_dict();
        own["linear.weight"] = null!;

        Errors.ExpectWithoutChange<ArgumentNullException>(dense, () => dense.load_state_dict(own), "The state dictionary's linear.weight is null. Nothing was changed. Give it a tensor, or skip the name. (Parameter 'source')");
    }
}
