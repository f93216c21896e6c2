using EchoLstm.Data;
using EchoLstm.Models;
using Console = EchoLstm.Tests.Docs.Shown;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/models.md.</summary>
public class ModelsPageTests
{
    private const string Page = "models.md";

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
        Shown.On(Page);
    }

    [Fact]
    public void The_builders()
    {
        #region
        using var oneToOne = EchoModels.OneToOne(length: 5, seed: 1);
        using var manyToOne = EchoModels.ManyToOne(length: 5, seed: 1);
        using var manyToMany = EchoModels.ManyToMany(length: 5, seed: 1);
        using var oneToMany = EchoModels.OneToMany(length: 5, seed: 1);
        Console.WriteLine($"{oneToOne.CountParameters()} {manyToOne.CountParameters()} {manyToMany.CountParameters()} {oneToMany.CountParameters()} parameters");
        #endregion
        Shown.On(Page);
    }
}
