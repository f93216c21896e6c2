using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

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
}
