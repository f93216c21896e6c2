namespace EchoLstm.Tests.Layers;

public class LstmStateTests
{
    [Fact]
    public void It_is_two_tensors_of_batch_and_units()
    {
        using var state = LstmState.Zeros(2, 3, ScalarType.Float64);

        state.BatchSize.Should().Be(2);
        state.Units.Should().Be(3);
        state.Hidden.ShouldMatch(new double[6], Tolerance.None);
        state.Cell.dtype.Should().Be(ScalarType.Float64);
    }

    [Fact]
    public void A_clone_has_its_own_values_without_gradients()
    {
        using var scope = NewDisposeScope();
        using var state = new LstmState(Numbers.Uniform(1, [2, 3]).requires_grad_(), Numbers.Uniform(2, [2, 3]));
        using var clone = state.Clone();
        var (h, c) = (state.Hidden.Values(), state.Cell.Values());
        using (no_grad())
        {
            state.Hidden.zero_();
            state.Cell.zero_();
        }

        clone.Hidden.ShouldMatch(h, Tolerance.None);
        clone.Cell.ShouldMatch(c, Tolerance.None);
        clone.Hidden.requires_grad.Should().BeFalse();
    }

    [Fact]
    public void It_outlives_the_scope_that_it_was_made_in_and_ends_with_Dispose()
    {
        LstmState state;
        using (NewDisposeScope())
        {
            state = LstmState.Zeros(1, 1);
        }
        state.Hidden.IsInvalid.Should().BeFalse();

        state.Dispose();

        state.Hidden.IsInvalid.Should().BeTrue();
        state.Cell.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Torchs_axis_of_layers_is_refused()
    {
        using var scope = NewDisposeScope();

        var thrown = Errors.Expect<ShapeMismatchException>(
            () => _ = new LstmState(zeros(1, 2, 3), zeros(1, 2, 3)),
            "An LSTM's state is two tensors of one shape (batch, units), but the hidden state is (1, 2, 3) and the cell state (1, 2, 3). Leave out Torch's axis of layers and directions, e.g. with squeeze(0).");
        thrown.Expected.Should().Be("(batch, units)");
        Assert.Throws<ShapeMismatchException>(() => new LstmState(zeros(2, 3), zeros(2, 4)));
    }

    [Fact]
    public void Zero_samples_or_units_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LstmState.Zeros(0, 1)).ParamName.Should().Be("batchSize");
        Assert.Throws<ArgumentOutOfRangeException>(() => LstmState.Zeros(1, 0)).ParamName.Should().Be("units");
    }

    [Fact]
    public void A_state_of_another_type_than_the_input()
    {
        using var lstm = new Lstm(4);
        using var x = torch.zeros([2, 5, 1]);
        using var state = LstmState.Zeros(2, 4, torch.ScalarType.Float64);

        Errors.Expect<ArgumentException>(() => lstm.CallWithState(x, state), "The state of Lstm 'lstm' is of Float64, but the input is of Float32. Convert it with to(ScalarType.Float32). (Parameter 'state')");
    }
}
