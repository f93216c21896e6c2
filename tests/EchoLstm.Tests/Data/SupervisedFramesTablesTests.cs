using EchoLstm.Data;

namespace EchoLstm.Tests.Data;

public class SupervisedFramesTablesTests
{
    [Fact]
    public void The_tutorials_table_shows_what_is_missing() => Lines(SupervisedFrames.PairsTable([1, 2, 3, 4, 5], nIn: 2, nOut: 1)).Should().Equal(
        "x(t-1), x(t), y(t-1)",
        "   NaN,    1,    NaN",
        "     1,    2,      1",
        "     2,    3,      2",
        "     3,    4,      3",
        "     4,    5,      4");

    [Fact]
    public void Incomplete_rows_can_be_dropped_and_what_stays_is_the_framing()
    {
        var lines = Lines(SupervisedFrames.PairsTable([1, 2, 3, 4, 5], nIn: 3, nOut: 2, dropIncomplete: true));

        lines.Should().Equal(
            "x(t-2), x(t-1), x(t), y(t-2), y(t-1)",
            "     1,      2,    3,      1,      2",
            "     2,      3,    4,      2,      3",
            "     3,      4,    5,      3,      4");
    }

    [Fact]
    public void A_window_of_one_has_nothing_missing() => Lines(SupervisedFrames.PairsTable([0.25f, -10f], nIn: 1, nOut: 1)).Should().Equal(
        "x(t), y(t)",
        "0.25, 0.25",
        " -10,  -10");

    [Fact]
    public void Pairs_print_as_lists() =>
        SupervisedFrames.PairLines(new[,] { { 1.5f, 2f } }, new[,] { { 1.5f } }).Should().Equal("[1.5, 2] => [1.5]");

    [Fact]
    public void A_table_of_too_short_a_sequence_is_refused() => Errors.Expect<ArgumentOutOfRangeException>(
        () => SupervisedFrames.PairsTable([1], nIn: 2, nOut: 1),
        "PairsTable expects 1 <= nOut <= nIn <= length but received nOut 1, nIn 2 and a length of 1. "
        + $"A window must fit into the sequence: lower nIn or give a longer sequence. (Parameter 'nIn'){Environment.NewLine}Actual value was 2.");

    [Fact]
    public void Pairs_of_different_framings_are_refused() => Errors.Expect<ArgumentException>(
        () => SupervisedFrames.PairLines(new int[3, 2], new int[2, 2]),
        "PairLines expects a target for each window but received 3 windows and 2 targets. Pass the X and Y of one framing. (Parameter 'y')");

    private static string[] Lines(string table) => table.TrimEnd().Split(Environment.NewLine);
}
