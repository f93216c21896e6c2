using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

/// <summary>What is told while a graph is written, and of data that does not fit it.</summary>
public sealed class FunctionalErrorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_layer_that_can_not_take_a_node_says_so_when_it_is_applied()
    {
        var vector = new Dense(4).Apply(new Input(3) { Name = "x" });

        Errors.Expect<ShapeMismatchException>(
            () => new Lstm(2).Apply(vector),
            "Lstm 'lstm' expects input of rank 3 (samples, time steps, features) but received (None, 4). If each sample is one vector, reshape it to (samples, time steps, features), an array of one feature with Arrays.Reshape<float[,,]>(x, samples, -1, 1), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true. It was applied to dense (None, 4).");
    }

    [Fact]
    public void Inputs_that_do_not_fit_a_merging_layer_are_named()
    {
        var (a, b, steps) = (new Input(3) { Name = "a" }, new Input(2) { Name = "b" }, new Input(-1, 3) { Name = "steps" });

        Errors.Expect<ShapeMismatchException>(
            () => new Add().Apply(a, b),
            "Add 'add' expects inputs of one shape, or with axes of length 1 in place of others' but received (None, 3), (None, 2). Give them as many features with a Dense, or put them side by side with Concatenate. It was applied to a (None, 3), b (None, 2).");
        Errors.Expect<ShapeMismatchException>(
            () => new Add().Apply(a),
            "Add 'add' expects two or more inputs but received (None, 3). It puts tensors together: apply it to nodes of a graph, e.g. new Add().Apply(a, b), in a FunctionalModel. It was applied to a (None, 3).");
        Errors.Expect<ShapeMismatchException>(
            () => new Subtract().Apply(a, a, a),
            "Subtract 'subtract' expects two inputs but received (None, 3), (None, 3), (None, 3). It takes the second from the first; apply it twice for more. It was applied to a (None, 3), a (None, 3), a (None, 3).");
        Errors.Expect<ShapeMismatchException>(
            () => new Concatenate(1).Apply(a, steps),
            "Concatenate 'concatenate' expects inputs that differ in axis 1 alone but received (None, 3), (None, None, 3). Repeat a vector for each step with RepeatVector, or take the last step of a sequence alone. It was applied to a (None, 3), steps (None, None, 3).");
        Errors.Expect<ShapeMismatchException>(
            () => new Concatenate(2).Apply(a, b),
            "Concatenate 'concatenate' expects inputs that have the axis 2, which is not the samples' but received (None, 3), (None, 2). Count axes from 1, or from the last, which is -1. It was applied to a (None, 3), b (None, 2).");
        Errors.Expect<ShapeMismatchException>(
            () => new Dot().Apply(a, b),
            "Dot 'dot' expects inputs whose axes -1 and -1 are of one length and not the samples' but received (None, 3), (None, 2). Count axes from 1, or from the last, which is -1. It was applied to a (None, 3), b (None, 2).");
        Errors.Expect<ShapeMismatchException>(
            () => new Dense(2).Apply(a, b),
            "Dense 'dense' takes one input but received 2: (None, 3), (None, 2). Put them together first, e.g. with Concatenate, or apply the layer to each. It was applied to a (None, 3), b (None, 2).");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => new Concatenate(0),
            $"axis 0 is the samples', which are never put behind each other. Count from 1, or from the last, which is -1. (Parameter 'axis'){Environment.NewLine}Actual value was 0.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => new Dot(0, 1),
            $"axis 0 is the samples', which are not summed over. Count from 1, or from the last, which is -1. (Parameter 'axis'){Environment.NewLine}Actual value was 0.");
    }

    [Fact]
    public void A_merging_layer_in_a_sequence_says_that_it_needs_a_graph()
    {
        using var model = new SequentialModel(new Add());

        Errors.Expect<ShapeMismatchException>(
            () => model.Build(3),
            "Add 'add_1' expects two or more inputs but received (None, 3). It puts tensors together: apply it to nodes of a graph, e.g. new Add().Apply(a, b), in a FunctionalModel.");
    }

    [Fact]
    public void A_state_of_other_units_is_told_when_the_layer_is_applied()
    {
        var (x, y) = (new Input(-1, 2), new Input(-1, 2));
        var (_, state) = new Lstm(3).ApplyWithState(x);

        Errors.Expect<ShapeMismatchException>(
            () => new Lstm(4).ApplyWithState(y, state),
            "Lstm 'lstm' begins with a state of (None, 4), (None, 4) but received (None, 3), (None, 3). Take the state from a layer of its kind with as many units. It was applied to input (None, None, 2), lstm (None, 3), lstm (None, 3).");
        Errors.Expect<ShapeMismatchException>(
            () => new Gru(3).ApplyWithState(y, state),
            "Gru 'gru' begins with a state of (None, 3) but received (None, 3), (None, 3). Take the state from a layer of its kind with as many units. It was applied to input (None, None, 2), lstm (None, 3), lstm (None, 3).");
    }

    [Fact]
    public void A_shared_layer_takes_one_number_of_features()
    {
        var shared = new Dense(2);
        shared.Apply(new Input(3));

        Errors.Expect<ShapeMismatchException>(
            () => shared.Apply(new Input(4)),
            "Dense 'dense' was applied to (None, 3) before and now to (None, 4), but its weights fit one number of features alone. Give both as many features, or make a second layer. It was applied to input (None, 4).");
    }

    [Fact]
    public void A_graph_that_is_none_is_told_by_name()
    {
        var (x, other) = (new Input(3) { Name = "x" }, new Input(3) { Name = "other" });
        var (y, both) = (new Dense(1).Apply(x), new Add { Name = "both" }.Apply(x, other));

        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], [both]),
            "Add 'both' needs the input other (None, 3), which is not among the model's inputs, x (None, 3). Add it to them. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x, other], [y]),
            "The input other (None, 3) leads to no output, dense (None, 1). Leave it out, or apply a layer to it. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], [x]),
            "The output x (None, 3) is an input itself, and no layer leads to it. Give what a layer's Apply returned. (Parameter 'outputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([y], [y]),
            "dense (None, 1) is what Dense 'dense' makes, not an input. Make a new Input of its shape, and apply the layers behind it to that. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(() => new FunctionalModel([x, x], [y]), "The input x (None, 3) is given twice. (Parameter 'inputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], []),
            "A FunctionalModel has inputs and outputs, at least one of each and none of them null. (Parameter 'outputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], [new Dense(1) { Name = "same" }.Apply(new Dense(2) { Name = "same" }.Apply(x))]),
            "Two layers or inputs of the model are named 'same'. Give each a name of its own. (Parameter 'outputs')");
        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], [new Dense(1) { Name = "x" }.Apply(x)]),
            "Two layers or inputs of the model are named 'x'. Give each a name of its own. (Parameter 'outputs')");
        Errors.Expect<ArgumentException>(
            () => new Dense(1).Apply(),
            "Dense 'dense' was applied to nothing: expected nodes, such as new Input(-1, 3) or what another layer's Apply returned. (Parameter 'inputs')");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => new Input(-1, 0),
            $"Axis 1 of an Input's shape is 0: expected a length of at least 1, or -1 where it may vary. (Parameter 'shape'){Environment.NewLine}Actual value was 0.");
    }

    [Fact]
    public void A_layer_is_in_the_graph_once_not_inside_another_layer_too()
    {
        var x = new Input(-1, 3);
        var dense = new Dense(3);

        Errors.Expect<ArgumentException>(
            () => new FunctionalModel([x], [dense.Apply(new TimeDistributed(dense).Apply(x))]),
            "Dense 'dense' is used in the graph and is inside TimeDistributed 'time_distributed' too. Use it in one way, or make a second layer. (Parameter 'outputs')");
    }

    [Fact]
    public void A_model_can_not_be_inside_itself()
    {
        var x = new Input(3);
        var chain = new SequentialModel(new Dense(3));
        var graph = new FunctionalModel([x], [chain.Apply(x)]);

        Errors.Expect<ArgumentException>(
            () => chain.Add(graph),
            "SequentialModel 'sequential_1' can't be a part of itself: the Functional that was added contains it. Make a second model. (Parameter 'layer')");
        graph.Dispose();
    }

    [Fact]
    public void A_graph_with_several_inputs_or_outputs_is_no_layer_of_a_sequence()
    {
        using var several = Model();
        var x = new Input(3) { Name = "x" };
        using var outputs = new FunctionalModel([x], [new Dense(1) { Name = "a" }.Apply(x), new Dense(2) { Name = "b" }.Apply(x)]);

        Errors.Expect<ArgumentException>(
            () => new TimeDistributed(several),
            "TimeDistributed 'time_distributed' can't take FunctionalModel 'functional', which has the inputs past, known and the outputs near, far: a layer in it takes one tensor and gives one. Apply the graph to nodes with ApplyMany, in a FunctionalModel. (Parameter 'inner')");
        Errors.Expect<ArgumentException>(
            () => new SequentialModel(new Dense(3), outputs),
            "SequentialModel 'sequential' can't take FunctionalModel 'functional', which has the inputs x and the outputs a, b: a layer in it takes one tensor and gives one. Apply the graph to nodes with ApplyMany, in a FunctionalModel. (Parameter 'layer')");
    }

    [Fact]
    public void Several_tensors_are_given_as_a_list()
    {
        using var model = Model();
        Tensor[] tensors = [zeros(2, 4, 3), zeros(2, 2)];
        TensorLike[] alike = [.. tensors];

        model.Predict(alike)[1].shape.Should().Equal(2, 1);
        model.Predict([.. tensors])[0].shape.Should().Equal(2, 1);
        Errors.Expect<ArgumentException>(
            () => model.Predict(tensors),
            "An array of tensors is not one tensor. Give a model with several inputs a list, [a, b] or [.. tensors]; tensors of one shape become one with torch.stack. (Parameter 'array')");
    }

    [Fact]
    public void Data_must_be_for_every_input_and_output()
    {
        using var model = Model();
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        var (x, y) = (zeros(2, 4, 3), zeros(2, 1));

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(x, y, verbose: 0),
            "The model has 2 inputs, past, known, but x has 1. Give a list of one for each, in that order, or a dictionary by these names. (Parameter 'x')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Evaluate([x, zeros(2, 2)], [y]),
            "The model has 2 outputs, near, far, but y has 1. Give a list of one for each, in that order, or a dictionary by these names. (Parameter 'y')");
        Errors.Expect<ArgumentException>(
            () => model.TrainOnBatch([x, zeros(2, 2)], [y, y], sampleWeight: [ones(2)]),
            "The model has 2 outputs, near, far, but sampleWeight has 1. Give a list of one for each, in that order, or a dictionary by these names. (Parameter 'sampleWeight')");
        Errors.Expect<ArgumentException>(
            () => model.Predict(new Dictionary<string, TensorLike> { ["past"] = x }),
            "x has nothing for 'known'; the model has past, known. Give each its own. (Parameter 'x')");
        Errors.Expect<ArgumentException>(
            () => model.Predict(new Dictionary<string, TensorLike> { ["past"] = x, ["kown"] = x }),
            "x names 'kown', which the model does not have; it has past, known. (Parameter 'x')");
        Errors.Expect<InvalidOperationException>(
            () => model.Predict(x),
            "FunctionalModel 'functional' has the outputs near, far, and this call returns one. Call Predict with a list of arrays, Predict([x]), or a dictionary by the inputs' names.");
        Errors.Expect<InvalidOperationException>(
            () => model.Predict(new float[12], new float[1]),
            "FunctionalModel 'functional' has the inputs past, known and the outputs near, far; numbers in memory are for one of each. Call Predict with a list of arrays.");
        Errors.Expect<ShapeMismatchException>(
            () => model.call(x),
            "FunctionalModel 'functional' takes the inputs past, known and gives the outputs near, far, but a call gives one tensor and takes one. Call Predict with a list of arrays.");
    }

    [Fact]
    public void Data_is_checked_for_each_input_and_output()
    {
        using var model = Model();
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        var (x, known, y) = (zeros(2, 4, 3), zeros(2, 2), zeros(2, 1));
        var broken = zeros(2, 2);
        broken[1, 0] = float.NaN;

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit([x, broken], [y, y], verbose: 0),
            "x[1][1, 0] is NaN; x[1] has shape (2, 2). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. (Parameter 'x[1]')");
        model.Predict([x, broken], allowNonFinite: true)[0].Values()[0].Should().NotBe(double.NaN);
        Errors.Expect<ArgumentException>(
            () => model.Fit([x, known], [y, broken.narrow(1, 0, 1)], verbose: 0),
            "y[1][1, 0] is NaN; y[1] has shape (2, 1). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. (Parameter 'y[1]')");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit([x, zeros(3, 2)], [y, y], verbose: 0),
            "x[1] has 3 samples but x[0] has 2: x[1] is (3, 2), x[0] is (2, 4, 3). A sample is one row of every input; the samples are the first axis of both.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit([x, known], [y, zeros(3, 1)], verbose: 0),
            "x[0] has 2 samples but y[1] has 3: x[0] is (2, 4, 3), y[1] is (3, 1). Each sample needs its target; the samples are the first axis of both.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit([x, zeros(2, 3)], [y, y], verbose: 0),
            "The input 'known' has shape (None, 2) but received (2, 3). Give it samples of that shape, or make the Input with -1 where a length may vary.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit([x, known], [y, zeros(2, 3)], verbose: 0),
            "The model's output is (2, 1), so y[1] must have that shape, but it is (2, 3). Give the last layer as many units as the target's last axis is long, or reshape y.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Predict([x, known], mask: [null, ones(2, 2, dtype: ScalarType.Bool)]),
            "x[1] has no time steps to mask: its shape is (2, 2). Leave mask[1] out.");
        Errors.Expect<ArgumentException>(
            () => model.TrainOnBatch(new[] { (TensorLike)x, known }, [y, y], sampleWeight: [null, tensor(new[] { 1, float.NaN })]),
            Assert.Throws<ArgumentException>(() => TrainSequence(tensor(new[] { 1, float.NaN }))).Message.Replace("sampleWeight", "sampleWeight[1]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_compilation_is_for_every_output()
    {
        using var model = Model();

        Errors.Expect<ArgumentException>(
            () => model.Compile([Loss.MeanSquaredError()], new Sgd()),
            "FunctionalModel 'functional' has 2 outputs, near, far, but losses has 1. Give one for each, in that order. (Parameter 'losses')");
        Errors.Expect<ArgumentException>(
            () => model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(), metrics: [[Metric.Accuracy()]]),
            "FunctionalModel 'functional' has 2 outputs, near, far, but metrics has 1. Give one for each, in that order. (Parameter 'metrics')");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(), lossWeights: [1, -2]),
            $"lossWeights are finite numbers of at least 0. (Parameter 'lossWeights'){Environment.NewLine}Actual value was 1, -2.");
        Errors.Expect<ArgumentException>(
            () => model.Compile(new Dictionary<string, Loss> { ["near"] = Loss.MeanSquaredError() }, new Sgd()),
            "losses has nothing for 'far'; the model has near, far. Give each its own. (Parameter 'losses')");
        Errors.Expect<ArgumentException>(
            () => model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(), metrics: [[], [Metric.Accuracy(), Metric.Accuracy()]]),
            "Two metrics are named 'far_accuracy'. Give each metric a name of its own, other than 'loss'. (Parameter 'metrics')");
        model.IsCompiled.Should().BeFalse();
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_the_first_layer_and_changes_nothing()
    {
        using var model = Model();
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        model.Build();
        var dense = (Dense)model.GetLayer("far");
        using (no_grad())
        {
            dense.parameters().First().mul_(float.PositiveInfinity);
        }

        var thrown = Assert.Throws<TrainingDivergedException>(() => model.Fit([ones(2, 4, 3), ones(2, 2)], [ones(2, 1), ones(2, 1)], verbose: 0));

        thrown.Layer.Should().Be("far");
    }

    [Fact]
    public void A_disposed_graph_and_its_layers_are_gone()
    {
        var model = Model();
        var layer = model.Layers[0];
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Predict([zeros(2, 4, 3), zeros(2, 2)]));
        Assert.Throws<ObjectDisposedException>(() => layer.Apply(new Input(-1, 3)));
    }

    private static void TrainSequence(Tensor weight)
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        model.TrainOnBatch(zeros(2, 2), zeros(2, 1), sampleWeight: weight);
    }

    private static FunctionalModel Model()
    {
        var (past, known) = (new Input(-1, 3) { Name = "past" }, new Input(2) { Name = "known" });
        var both = new Concatenate().Apply(new Lstm(4).Apply(past), known);
        return new FunctionalModel([past, known], [new Dense(1) { Name = "near" }.Apply(both), new Dense(1) { Name = "far" }.Apply(both)]) { Seed = 1 };
    }
}
