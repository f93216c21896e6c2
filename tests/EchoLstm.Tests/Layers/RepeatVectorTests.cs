namespace EchoLstm.Tests.Layers;

public class RepeatVectorTests
{
    [Fact]
    public void It_repeats_the_vector_as_time_steps()
    {
        using var scope = NewDisposeScope();
        using var repeat = new RepeatVector(3);

        var output = repeat.call(tensor(new float[,] { { 1, 2 }, { 3, 4 } }));

        output.shape.Should().Equal(2, 3, 2);
        output.ShouldMatch([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4], Tolerance.None);
        repeat.OutputShape(new Shape(null, 7)).ToString().Should().Be("(None, 3, 7)");
        repeat.N.Should().Be(3);
    }

    [Fact]
    public void It_takes_any_number_of_features()
    {
        using var scope = NewDisposeScope();
        using var repeat = new RepeatVector(2);

        repeat.call(zeros(1, 3)).shape.Should().Equal(1, 2, 3);
        repeat.call(zeros(4, 5)).shape.Should().Equal(4, 2, 5);
    }

    [Fact]
    public void Fewer_than_1_time_step_is_refused() =>
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new RepeatVector(0),
            $"RepeatVector makes at least 1 time step. (Parameter 'n'){Environment.NewLine}Actual value was 0.");

    [Fact]
    public void Input_of_another_rank_than_2_is_refused()
    {
        using var repeat = new RepeatVector(3) { Name = "bridge" };
        using var x = zeros(2, 5, 4);

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            repeat,
            () => repeat.call(x),
            "RepeatVector 'bridge' expects input of rank 2 (samples, features) but received (2, 5, 4). After an Lstm, leave out its returnSequences: the vector to repeat is the last step's output.");
        thrown.Expected.Should().Be("(samples, features)");
        thrown.Received.Should().Be("(2, 5, 4)");
    }
}
