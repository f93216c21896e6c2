namespace EchoLstm.Tests.Models;

/// <summary>Data of the right shape whose numbers a model can't use, and data that is not the model's to change.</summary>
public class UnusableDataTests
{
    [Fact]
    public void Complex_numbers_are_refused_and_not_cut_to_their_real_part()
    {
        using var model = Regression();
        using var x = zeros([10, 5, 1], dtype: ScalarType.ComplexFloat32);
        const string Mend = "but a model computes with real ones. Give it real and imaginary parts as two features, or the absolute values.";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => Fit(model, x, new float[10, 1]), $"x is a tensor of complex numbers (ComplexFloat32), {Mend} (Parameter 'x')");
    }

    [Fact]
    public void Doubles_that_float32_does_not_hold()
    {
        using var model = Regression();
        var x = new double[10, 5, 1];
        x[1, 2, 0] = 1e300;
        var y = new double[10, 1];
        y[3, 0] = -1e39;
        const string Mend = "which is infinite in the model's type Float32. Scale the data, or convert the model with model.to(ScalarType.Float64).";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => Fit(model, x, new float[10, 1]), $"x[1, 2, 0] is 1E+300, {Mend} (Parameter 'x')");
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Predict(x), $"x[1, 2, 0] is 1E+300, {Mend} (Parameter 'x')");
        Errors.ExpectWithoutChange<ArgumentException>(model, () => Fit(model, new double[10, 5, 1], y), $"y[3, 0] is -1E+39, {Mend} (Parameter 'y')");
        model.to(ScalarType.Float64);
        model.Predict<double[,]>(x).Length.Should().Be(10);
    }

    [Fact]
    public void A_fraction_is_no_class()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(3, Activation.Softmax)) { Seed = 1 };
        model.Build(5, 1);
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => Fit(model, new float[2, 5, 1], new[] { 2, 1.5f }),
            $"y[1] is 1.5, which is no class: expected whole numbers 0 to 2. For numbers that are no classes use another loss, such as MeanSquaredError. (Parameter 'y'){Environment.NewLine}Actual value was 1.5.");
    }

    [Fact]
    public void An_error_in_validation_data_says_so()
    {
        using var model = Regression();
        var gap = new float[4, 5, 1];
        gap[3, 2, 0] = float.NaN;

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: 0, validationData: (gap, new float[4, 1])),
            "validationData.X[3, 2, 0] is NaN; validationData.X has shape (4, 5, 1). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. (Parameter 'validationData.X')");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: 0, validationData: (new float[4, 5, 1], new float[5, 1])),
            "validationData.X has 4 samples but validationData.Y has 5: validationData.X is (4, 5, 1), validationData.Y is (5, 1). Each sample needs its target; the samples are the first axis of both.");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: 0, validationData: (new float[4, 5, 1], new float[4, 2])),
            "The model's output is (4, 1), so validationData.Y must have that shape, but it is (4, 2). Give the last layer as many units as the target's last axis is long, or reshape y.");
        Errors.ExpectWithoutChange<ArgumentNullException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: 0, validationData: (default, new float[4, 2])),
            "validationData.X is null: expected a tensor or an array. (Parameter 'validationData.X')");
    }

    [Fact]
    public void Class_weights_want_classes()
    {
        using var model = Regression();
        var prices = new float[10, 1];
        prices[4, 0] = 7.3f;

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[10, 5, 1], prices, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 2 }),
            "classWeight weights classes, but y[4, 0] is 7.3, which is none of 0 to 1. Weight the samples of a regression with sampleWeight. (Parameter 'classWeight')");
    }

    [Fact]
    public void A_smoothed_label_has_the_weight_of_the_class_it_is_nearest_to()
    {
        var losses = new[] { 1f, 0.9f }.Select(label =>
        {
            using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
            model.Build(1);
            model.SetWeights([new float[1, 1], new float[1]]);
            model.Compile(Loss.MeanAbsoluteError(), new Sgd());
            return model.Fit(new float[1, 1], new[,] { { label } }, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 100, [1] = 3 }).Loss[0];
        }).ToArray();

        losses[0].Should().BeApproximately(3, 1e-6);
        losses[1].Should().BeApproximately(2.7, 1e-6);
    }

    [Fact]
    public void Class_weights_want_an_axis_of_units()
    {
        using var model = new SequentialModel(new Dense(1), new Reshape());
        model.Build(1);
        model.Compile(Loss.MeanAbsoluteError(), new Sgd());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[2, 1], new float[] { 0, 1 }, verbose: 0, classWeight: new Dictionary<int, double> { [1] = 3 }),
            "classWeight weights the classes that the last of at least two axes is for, but the model's output is (2,). Leave the output its axis of units.");
    }

    [Fact]
    public void Class_weights_take_booleans_for_classes()
    {
        var losses = new Array[] { new[,] { { false, true } }, new[,] { { 0f, 1 } } }.Select(y =>
        {
            using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
            model.Compile(Loss.MeanAbsoluteError(), new Sgd());
            return model.Fit(new float[1, 1], y, verbose: 0, classWeight: new Dictionary<int, double> { [1] = 3 }).Loss[0];
        }).ToArray();

        losses.Should().Equal(1.5, 1.5);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_tensor_that_wants_a_gradient_gets_none_from_training(EngineKind engine)
    {
        using var model = Regression();
        model.RequestedEngine = engine;
        using var x = rand([10, 5, 1], requires_grad: true);
        using var y = rand([10, 1], requires_grad: true);

        Fit(model, x, y);

        x.grad.Should().BeNull();
        y.grad.Should().BeNull();
        x.requires_grad.Should().BeTrue();
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_stream_refuses_what_its_state_would_keep(EngineKind engine)
    {
        using var model = Regression();
        model.RequestedEngine = engine;
        using var stream = model.OpenStream();
        var first = stream.Step([1]);
        using var nan = tensor(new[] { float.NaN }).reshape(1, 1);

        Errors.Expect<ArgumentException>(() => stream.Step([float.NaN]), "input[0] is NaN: the model can take numbers alone. Remove or replace it, or mask its time step. It is sample 0, feature 0; allowNonFinite: true computes with it all the same. (Parameter 'input')");
        Errors.Expect<ArgumentException>(() => stream.Step(nan), "input[0, 0] is NaN; input has shape (1, 1). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. With allowNonFinite: true it is computed with all the same. (Parameter 'input')");

        stream.StepsRead.Should().Be(1);
        var second = stream.Step([2]);
        stream.Reset();
        stream.Step([1]).Should().Equal(first);
        stream.Step([2]).Should().Equal(second);
    }

    private static void Fit(SequentialModel model, TensorLike x, TensorLike y) => model.Fit(x, y, verbose: 0);

    private static SequentialModel Regression()
    {
        var model = new SequentialModel(new Lstm(5), new Dense(1)) { Seed = 1 };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }
}
