namespace EchoLstm.Tests;

public class ShapeTests
{
    [Fact]
    public void It_prints_as_Keras_prints_it()
    {
        new Shape(null, 5, 1).ToString().Should().Be("(None, 5, 1)");
        new Shape(5).ToString().Should().Be("(5,)");
        new Shape([null]).ToString().Should().Be("(None,)");
        new Shape().ToString().Should().Be("()");
        using var german = new GermanCulture();
        new Shape(1000, 2).ToString().Should().Be("(1000, 2)");
    }

    [Fact]
    public void It_is_a_list_of_lengths()
    {
        var shape = new Shape(null, 5, 1);

        shape.Should().Equal(null, 5, 1);
        (shape.Rank, shape.Count, shape[1], shape.Last).Should().Be((3, 3, 5L, 1L));
        shape.With(0, 7).Should().Equal(7, 5, 1);
        shape.WithLast(null).Should().Equal(null, 5, null);
    }

    [Fact]
    public void That_of_a_tensor_is_known_in_every_axis()
    {
        using var tensor = zeros(2, 3);

        Shape.Of(tensor).Should().Equal(2, 3);
    }

    [Fact]
    public void Equal_lengths_are_equal_shapes()
    {
        var shape = new Shape(null, 5);

        shape.Equals(new Shape(null, 5)).Should().BeTrue();
        shape.Equals((object)new Shape(null, 5)).Should().BeTrue();
        shape.GetHashCode().Should().Be(new Shape(null, 5).GetHashCode());
        shape.Equals(new Shape(1, 5)).Should().BeFalse();
        shape.Equals(new Shape(null, 5, 1)).Should().BeFalse();
        shape.Equals(null).Should().BeFalse();
    }

    [Fact]
    public void An_unknown_length_accepts_any()
    {
        var shape = new Shape(null, 5);

        shape.Accepts(new Shape(3, 5)).Should().BeTrue();
        shape.Accepts(new Shape(3, null)).Should().BeTrue();
        shape.Accepts(new Shape(3, 4)).Should().BeFalse();
        shape.Accepts(new Shape(3, 5, 1)).Should().BeFalse();
    }

    [Fact]
    public void It_does_not_change_with_the_array_that_it_was_made_of()
    {
        long?[] axes = [1, 2];
        var shape = new Shape(axes);
        axes[0] = 9;

        shape.Should().Equal(1, 2);
    }

    [Fact]
    public void A_negative_length_is_refused() =>
        Errors.Expect<ArgumentException>(() => _ = new Shape(null, -1), "Axis 1 of the shape (None, -1) is -1; expected a length, or null where it is not known. (Parameter 'axes')");
}
