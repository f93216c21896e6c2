using EchoLstm.Data;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/models.md.</summary>
public class ModelsPageTests() : PageProgram("docs/models.md")
{
    [Fact]
    public void The_shapes_of_each_framing()
    {
        #region
        var sequence = EchoSequence.Linear(5);
        var (x1, y1) = EchoSequence.FrameOneToOne(sequence);
        var (x2, y2) = EchoSequence.FrameManyToOne(sequence);
        var (x3, y3) = EchoSequence.FrameManyToMany(sequence);
        Print("one-to-one", x1, y1);
        Print("many-to-one", x2, y2);
        Print("many-to-many", x3, y3);

        void Print(string name, Array x, Array y) => Console.WriteLine($"{name,-12}  X {Sizes(x),-9}  y {Sizes(y)}");
        string Sizes(Array array) => $"({string.Join(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength))})";
        #endregion
    }

    [Fact]
    public void One_to_one()
    {
        #region
        var (x, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5)); // (5, 1, 1) and (5, 1)

        using var model = new SequentialModel(new Lstm(5), new Dense(1)) { Seed = 71 };
        model.Build(1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        model.Fit(x, y, epochs: 1000, batchSize: 5, verbose: 0);
        foreach (var value in model.Predict<float[,]>(x))
        {
            Console.WriteLine(value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture));
        }
        #endregion
    }

    [Fact]
    public void Many_to_one()
    {
        #region
        var (x, y) = EchoSequence.FrameManyToOne(EchoSequence.Linear(5)); // (1, 5, 1) and (1, 5)

        using var model = new SequentialModel(new Lstm(5), new Dense(5)) { Seed = 71 };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        model.Fit(x, y, epochs: 500, batchSize: 1, verbose: 0);
        foreach (var value in model.Predict<float[,]>(x))
        {
            Console.WriteLine(value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture));
        }
        #endregion
    }

    [Fact]
    public void The_builders()
    {
        #region
        using var oneToOne = EchoModels.OneToOne(length: 5, seed: 1);
        using var manyToOne = EchoModels.ManyToOne(length: 5, seed: 1);
        using var manyToMany = EchoModels.ManyToMany(length: 5, seed: 1);
        using var oneToMany = EchoModels.OneToMany(length: 5, seed: 1);
        SequentialModel[] models = [oneToOne, manyToOne, manyToMany, oneToMany];
        Console.WriteLine($"{string.Join(' ', models.Select(model => model.CountParameters()))} parameters");
        #endregion
    }

    [Fact]
    public void A_graph()
    {
        #region
        var random = new SeededRandom(1);
        const int samples = 200, before = 12, after = 4;
        var (past, known, y) = (new float[samples, before, 1], new float[samples, after, 1], new float[samples, after, 1]);
        for (var i = 0; i < samples; i++)
        {
            var level = (float)random.NextUniform(1);
            for (var t = 0; t < before; t++)
            {
                past[i, t, 0] = level + (float)random.NextUniform(0.1);      // a level, and noise
            }
            for (var t = 0; t < after; t++)
            {
                known[i, t, 0] = random.NextUniform(1) > 0 ? 1 : 0;          // days that will be holidays
                y[i, t, 0] = level + 0.5f * known[i, t, 0];
            }
        }

        var (x, future) = (new Input(-1, 1) { Name = "past" }, new Input(-1, 1) { Name = "known" });
        var (_, state) = new Lstm(8).ApplyWithState(x);                       // what the past has left
        var (steps, _) = new Lstm(8, returnSequences: true).ApplyWithState(future, state);
        using var model = new FunctionalModel([x, future], [new Dense(1).Apply(steps)]) { Seed = 1 };
        Console.WriteLine(model.Summary());

        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        model.Fit([past, known], [y], epochs: 30, verbose: 0);
        Console.WriteLine($"learned: {model.Evaluate([past, known], [y])["loss"] < 0.01}");
        #endregion
    }

    [Fact]
    public void Attention_in_a_graph()
    {
        #region
        var x = new Input(-1, 8) { Name = "steps" };
        var attention = new MultiHeadAttention(heads: 2, keySize: 4, useCausalMask: true);    // a step looks at itself and at earlier ones
        var seen = new LayerNormalization().Apply(new Add().Apply(x, attention.Apply(x, x)));
        using var model = new FunctionalModel([x], [new Dense(1).Apply(new Lstm(6).Apply(seen))]) { Seed = 1 };
        model.Build();

        var (_, weights) = attention.Attend(torch.rand(5, 12, 8), torch.rand(5, 12, 8));
        Console.WriteLine($"{model.CountParameters()} parameters; where each head looks: {Shape.Of(weights)}");
        #endregion
    }

    [Fact]
    public void Sequence_to_sequence()
    {
        #region
        const int start = 11, stop = 12;                                     // digits are 1 to 10, padding is 0
        var random = new SeededRandom(1);
        var (source, target) = (new long[600, 4], new long[600, 6]);
        for (var i = 0; i < 600; i++)
        {
            var length = 2 + (i % 3);
            target[i, 0] = start;
            target[i, length + 1] = stop;
            for (var t = 0; t < length; t++)
            {
                source[i, t] = target[i, length - t] = 1 + (long)(5 * (1 + random.NextUniform(0.999)));
            }
        }
        using var model = EchoModels.Seq2Seq(inputs: 10, outputs: 12, units: 32, attention: true, seed: 1);
        model.Model.Optimizer!.LearningRate = 0.01;
        model.Fit(source, target, epochs: 30, verbose: 0);

        foreach (var told in model.Decode(new long[,] { { 3, 1, 4, 0 }, { 9, 2, 6, 5 } }, start, maxSteps: 6, stop: stop, beam: 3))
        {
            Console.WriteLine(string.Join(" ", told));
        }
        #endregion
    }
}
