using EchoLstm.Data;

namespace EchoLstm.Tests.Data;

/// <summary>Arrays in other shapes.</summary>
public class ArraysTests
{
    private static readonly float[,] Table = { { 1, 2 }, { 3, 4 }, { 5, 6 } };

    [Fact]
    public void Steps_become_steps_of_one_feature()
    {
        var x = Arrays.Reshape<float[,,]>(Table, -1, 2, 1);

        x.Should().BeEquivalentTo(new float[,,] { { { 1 }, { 2 } }, { { 3 }, { 4 } }, { { 5 }, { 6 } } });
        Arrays.Reshape<float[]>(x, -1).Should().Equal(1, 2, 3, 4, 5, 6);
        Arrays.Reshape<int[,]>(new[] { 1, 2 }, 2, 1).Should().BeEquivalentTo(new[,] { { 1 }, { 2 } });
        Arrays.Reshape<bool[,,,]>(new bool[2, 3], 1, 2, 3, 1).GetLength(2).Should().Be(3);
        Arrays.Reshape<double[,]>(Array.Empty<double>(), 0, 5).GetLength(1).Should().Be(5);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        const string Message = "Give lengths whose product is their number; one may be -1, to be found. (Parameter 'lengths')";
        Errors.Expect<ArgumentException>(() => Arrays.Reshape<float[,]>(Table, -1, 4), $"6 elements do not fill (-1, 4). {Message}");
        Errors.Expect<ArgumentException>(() => Arrays.Reshape<float[,]>(Table, -1, -1), $"6 elements do not fill (-1, -1). {Message}");
        Errors.Expect<ArgumentException>(() => Arrays.Reshape<float[,]>(Table, -2, -3), $"6 elements do not fill (-2, -3). {Message}");
        Errors.Expect<ArgumentException>(
            () => Arrays.Reshape<float[,]>(Table, 3, 2, 1),
            "These lengths make a float[,,] of the elements, not a float[,]. Call Arrays.Reshape<float[,,]>. (Parameter 'lengths')");
        Errors.Expect<ArgumentException>(
            () => Arrays.Reshape<string[,]>(new[] { "a" }, 1, 1),
            "An array of String is not taken: expected float, double, int, long or bool elements. Convert it first. (Parameter 'source')");
        Errors.Expect<ArgumentException>(() => Arrays.Reshape<float[]>(Table, 1, 1, 6, 1, 1), "An array has one to four axes here, not 5. (Parameter 'lengths')");
    }

    [Fact]
    public void Rows_are_those_of_the_first_axis()
    {
        Arrays.Rows(Table, ..2).Should().BeEquivalentTo(new float[,] { { 1, 2 }, { 3, 4 } });
        Arrays.Rows(Table, ^1..).Should().BeEquivalentTo(new float[,] { { 5, 6 } });
        Arrays.Rows(new float[4, 5, 1], 1..1).GetLength(1).Should().Be(5);
        Arrays.Rows(new long[] { 1, 2, 3 }, 1..).Should().Equal(2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => Arrays.Rows(Table, 2..4)).Message.Should().StartWith("There are 3 rows. Give a range of them.");
    }

    [Fact]
    public void Arrays_of_one_shape_are_stacked()
    {
        Arrays.Stack([1f, 2f], [3f, 4f]).Should().BeEquivalentTo(new float[,] { { 1, 2 }, { 3, 4 } });
        Arrays.Stack(Table, Table).Should().BeEquivalentTo(new float[,,] { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { 1, 2 }, { 3, 4 }, { 5, 6 } } });
        Errors.Expect<ArgumentException>(
            () => Arrays.Stack([1f, 2f], [3f]),
            "Array 1 is (1,), but the first is (2,). Arrays that are stacked have one shape; SequencePadding makes sequences equally long. (Parameter 'parts')");
        Assert.Throws<ArgumentException>(() => Arrays.Stack(new List<float[]>()));
    }
}
