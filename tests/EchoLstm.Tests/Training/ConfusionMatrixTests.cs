namespace EchoLstm.Tests.Training;

public class ConfusionMatrixTests
{
    private static readonly float[,] Outputs = { { 0.1f, 0.7f, 0.2f }, { 0.5f, 0.3f, 0.2f }, { 0.2f, 0.2f, 0.6f }, { 0.1f, 0.1f, 0.8f }, { 0.4f, 0.4f, 0.2f } };

    [Fact]
    public void It_counts_what_each_class_was_taken_for()
    {
        var matrix = ConfusionMatrix.Of(new[] { 1, 0, 1, 2, 2 }, Outputs);

        matrix.ToArray().Should().BeEquivalentTo(new long[,] { { 1, 0, 0 }, { 0, 1, 1 }, { 1, 0, 1 } });
        (matrix[1, 2], matrix.Total, matrix.Classes, matrix.Accuracy).Should().Be((1, 5, 3, 0.6));
        (matrix.Precision(0), matrix.Recall(0), matrix.Recall(1), matrix.Precision(1)).Should().Be((0.5, 1, 0.5, 1));
        matrix.F1Score(1).Should().BeApproximately(2.0 / 3, 1e-12);
        matrix.ToString().Should().Be(
            """
            target \ predicted  0  1  2
                             0  1  0  0
                             1  0  1  1
                             2  1  0  1
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Targets_may_be_one_hot_or_of_each_step()
    {
        using var scope = NewDisposeScope();
        var classes = tensor(new long[] { 1, 0, 1, 2, 2 });
        var expected = ConfusionMatrix.Of(classes, Outputs).ToArray();

        ConfusionMatrix.Of(nn.functional.one_hot(classes, 3), Outputs).ToArray().Should().BeEquivalentTo(expected);
        ConfusionMatrix.Of(classes.unsqueeze(-1), Outputs).ToArray().Should().BeEquivalentTo(expected);
        ConfusionMatrix.Of(classes.reshape(1, 5), tensor(Outputs).reshape(1, 5, 3)).ToArray().Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void A_single_output_has_two_classes()
    {
        var outputs = new[,] { { 0.9f }, { 0.5f }, { 0.2f }, { 0.6f } };

        ConfusionMatrix.Of(new float[,] { { 1 }, { 1 }, { 0 }, { 0 } }, outputs).ToArray().Should().BeEquivalentTo(new long[,] { { 1, 1 }, { 1, 1 } });
        ConfusionMatrix.Of(new[] { true, true, false, false }, outputs, threshold: 0.4).ToArray().Should().BeEquivalentTo(new long[,] { { 1, 1 }, { 0, 2 } });
    }

    [Fact]
    public void Outputs_may_be_booleans()
    {
        var chosen = new[,] { { false, true, false }, { true, false, false } };

        ConfusionMatrix.Of(new[] { 1, 2 }, chosen).ToArray().Should().BeEquivalentTo(new long[,] { { 0, 0, 0 }, { 0, 1, 0 }, { 1, 0, 0 } });
        ConfusionMatrix.Of(new[] { 1, 0 }, new[,] { { true }, { true } }).ToArray().Should().BeEquivalentTo(new long[,] { { 0, 1 }, { 0, 1 } });
    }

    [Fact]
    public void An_ignored_class_is_not_counted()
    {
        ConfusionMatrix.Of(new[] { 1, -1, 1, -1, 2 }, Outputs, ignoreClass: -1).Total.Should().Be(3);
        ConfusionMatrix.Of(new[] { -1, -1, -1, -1, -1 }, Outputs, ignoreClass: -1).Accuracy.Should().Be(0);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Errors.Expect<ArgumentException>(
            () => ConfusionMatrix.Of(new[] { 1, 0, 3, 2, 2 }, Outputs),
            "The target of row 2 is 3, which is no class: expected whole numbers 0 to 2. Leave others out with ignoreClass. (Parameter 'targets')");
        Errors.Expect<ShapeMismatchException>(
            () => ConfusionMatrix.Of(new[] { 1, 0 }, Outputs),
            "targets has shape (2,) but outputs (5, 3): expected class indices of shape (5,), or targets of the outputs' shape.");
        Errors.Expect<ShapeMismatchException>(
            () => ConfusionMatrix.Of(new[] { 1, 0 }, new[] { 1, 0 }),
            "outputs has shape (2,); expected (samples, ..., classes), as Predict gives it.");
        var matrix = ConfusionMatrix.Of(new[] { 1, 0, 1, 2, 2 }, Outputs);
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = matrix[0, 3], $"There are the classes 0 to 2. (Parameter 'predicted'){Environment.NewLine}Actual value was 3.");
    }
}
