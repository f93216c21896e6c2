using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for the model's form.</summary>
public class ModelRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void One_to_many()
    {
        #region
        float[,] labels = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        float[,,] y =
        {
            { { 0.0f }, { 0.3f }, { 0.6f }, { 0.9f } },                // rising
            { { 0.9f }, { 0.6f }, { 0.3f }, { 0.0f } },                // falling
            { { 0.5f }, { 0.5f }, { 0.5f }, { 0.5f } },                // level
        };
        using var model = new SequentialModel(
            new RepeatVector(4),                                       // the label, at each of the four steps
            new Lstm(8, returnSequences: true),                        // tells the steps apart by its state
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(labels, y, epochs: 300, verbose: 0);

        var curves = model.Predict<float[,,]>(labels);
        for (var label = 0; label < 3; label++)
        {
            Console.WriteLine(string.Join(' ', Enumerable.Range(0, 4).Select(step => $"{curves[label, step, 0]:F1}")));
        }
        #endregion
    }

    [Fact]
    public void Outputs_that_need_later_inputs()
    {
        #region
        var (x, y) = (new float[16, 4, 1], new float[16, 4, 1]);       // all sequences of four values -1 or 1, and their reverse
        for (var i = 0; i < 16; i++)
        {
            for (var step = 0; step < 4; step++)
            {
                x[i, step, 0] = y[i, 3 - step, 0] = ((i >> step) & 1) == 1 ? 1 : -1;
            }
        }
        using var plain = new SequentialModel(new Lstm(16, returnSequences: true), new Dense(1)) { Seed = 1 };
        using var both = new SequentialModel(new Bidirectional(new Lstm(16, returnSequences: true)), new Dense(1)) { Seed = 1 };
        using var decoder = new SequentialModel(
            new Lstm(16),
            new RepeatVector(4),
            new Lstm(16, returnSequences: true),
            new Dense(1)) { Seed = 1 };
        foreach (var (name, model) in new[] { ("Lstm", plain), ("Bidirectional", both), ("encoder-decoder", decoder) })
        {
            model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
            model.Fit(x, y, epochs: 200, batchSize: 16, verbose: 0);
            var output = model.Predict<float[,,]>(x);
            var errors = Enumerable.Range(0, 4).Select(step =>
                $"{Enumerable.Range(0, 16).Average(i => Math.Pow(output[i, step, 0] - y[i, step, 0], 2)):F1}");
            Console.WriteLine($"{name,-15}  mean squared error of steps 1 to 4: {string.Join(' ', errors)}");
        }
        #endregion
    }

    [Fact]
    public void Attention()
    {
        #region
        using var model = new SequentialModel(
            new Lstm(16, returnSequences: true),                       // the encoder returns every step
            new AttentionDecoder(16, steps: 2),                        // before each of its own steps it weighs them anew
            new TimeDistributed(new Dense(5, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(0.03), Metric.Accuracy());
        var random = new RandomSequence(seed: 1);
        for (var round = 0; round < 6; round++)
        {
            var (x, y) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 404, classes: 5);
            model.Fit(x, y, verbose: 0);
        }
        var (test, echo) = SupervisedFrames.RandomEcho(random, nIn: 5, nOut: 2, length: 204, classes: 5);
        Console.WriteLine($"more than 90 % right on new sequences: {model.Evaluate(test, echo)["accuracy"] > 0.9}");

        var decoder = (AttentionDecoder)model.Layers[1];
        var (_, weights) = decoder.CallWithWeights(model.Layers[0].call(torch.tensor(test)));    // where it looked
        Console.WriteLine($"weights {Shape.Of(weights)}: samples, steps out, steps in");
        #endregion
    }

    [Fact]
    public void Autoencoder()
    {
        #region
        float[] wave = [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i * 0.7f))];
        var (x, _) = SupervisedFrames.ToSupervised(wave, nIn: 6, nOut: 6);
        using var model = new SequentialModel(
            new Lstm(4),                                               // the code: (samples, 4)
            new RepeatVector(6),
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02), Metric.MeanAbsoluteError());
        model.Fit(x, x, epochs: 200, verbose: 0);                      // the target is the input

        using var code = model.Layers[0].call(torch.tensor(x));
        var error = model.Evaluate(x, x)["mean_absolute_error"];
        Console.WriteLine($"code {Shape.Of(code)}, mean error below 0.1: {error < 0.1}");
        #endregion
    }

    [Fact]
    public void Long_signals_in_pieces()
    {
        #region
        using var model = new SequentialModel(
            new TimeDistributed(new Conv1D(8, 3, activation: Activation.Relu)),    // ten pieces of 32 points, the same filters
            new TimeDistributed(new MaxPooling1D(2)),
            new TimeDistributed(new Flatten()),                                    // (samples, 10, 120)
            new Lstm(16),
            new Dense(1)) { Seed = 1 };
        model.Build(10, 32, 1);
        Console.WriteLine(model.Summary());
        #endregion
    }

    [Fact]
    public void Fewer_steps_from_layer_to_layer()
    {
        #region
        using var model = new SequentialModel(
            new Lstm(8, returnSequences: true),
            new Reshape(-1, 16),                                       // two steps of 8 side by side: (samples, 6, 16)
            new Lstm(8, returnSequences: true),
            new Reshape(-1, 16),
            new Lstm(8)) { Seed = 1 };
        model.Build(12, 3);
        var shape = model.InputShape!;
        foreach (var layer in model.Layers)
        {
            shape = layer.OutputShape(shape);
            Console.WriteLine($"{layer.Name,-10}  {shape}");
        }
        #endregion
    }

    [Fact]
    public void Each_feature_a_sequence_of_its_own()
    {
        #region
        using var sound = torch.rand(1, 42, 96);                       // 42 time steps of 96 frequencies
        using var apart = sound.transpose(1, 2).unsqueeze(3);          // (1, 96, 42, 1): 96 sequences of one feature
        using var model = new SequentialModel(new TimeDistributed(new Lstm(4))) { Seed = 1 };
        using var together = new SequentialModel(new Lstm(4)) { Seed = 1 };
        Console.WriteLine($"together {Shape.Of(together.call(sound))}, {together.CountParameters()} parameters");
        Console.WriteLine($"apart    {Shape.Of(model.call(apart))}, {model.CountParameters()} parameters");
        #endregion
    }
}
