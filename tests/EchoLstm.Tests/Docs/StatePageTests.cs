namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/state.md.</summary>
public class StatePageTests() : PageProgram("docs/state.md")
{
    [Fact]
    public void A_stateful_model_goes_on_until_it_is_reset()
    {
        var (x, y) = (new float[4, 5, 1], new float[4, 1]);
        #region
        using var model = new SequentialModel(new Lstm(8, stateful: true), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        for (var epoch = 0; epoch < 10; epoch++)
        {
            model.Fit(x, y, batchSize: 2, shuffle: false, verbose: 0);    // sample 0 goes on where the last batch's ended
            model.ResetStates();                                          // the next epoch begins with zeros
        }
        #endregion
        model.Layers[0].Should().BeOfType<Lstm>().Which.CopyState().Should().BeNull();
    }

    [Fact]
    public void A_stream_runs_step_by_step()
    {
        #region
        using var model = new SequentialModel(new Lstm(8), new Dense(1)) { Seed = 1 };
        model.Build(-1, 1);                                    // -1: any number of time steps

        using var stream = model.OpenStream();
        foreach (var value in new[] { 0.1f, 0.2f, 0.3f })
        {
            float[] output = stream.Step([value]);             // the output after the steps read so far
        }

        var whole = model.Predict<float[,]>(new float[,,] { { { 0.1f }, { 0.2f }, { 0.3f } } });
        using var saved = stream.SaveState();                  // a value, to go back to or to hand to another stream
        stream.Step([0.9f]);
        stream.Restore(saved);
        Console.WriteLine($"{stream.StepsRead} steps read");
        #endregion

        stream.Reset();
        stream.Step([0.1f]);
        stream.Step([0.2f]);
        stream.Step([0.3f])[0].Should().BeApproximately(whole[0, 0], 1e-6f);
    }

    [Fact]
    public void A_stream_reads_indices()
    {
        #region
        using var letters = new SequentialModel(
            new Embedding(5, 3, maskZero: true),
            new Lstm(8),
            new Dense(5, Activation.Softmax)) { Seed = 1 };
        letters.Build(-1);
        using var reader = letters.OpenStream();
        var afterLetter = reader.Step([3]);
        var afterPadding = reader.Step([0]);                   // 0 is padding here: as if it were not there
        Console.WriteLine($"the same: {afterLetter.SequenceEqual(afterPadding)}; {reader.StepsRead} steps read");
        #endregion
        afterLetter.Should().Equal(letters.Predict<float[,]>(new[,] { { 3 } }).Cast<float>());
    }

    [Fact]
    public void A_stream_of_a_graph()
    {
        using var scope = torch.NewDisposeScope();
        #region
        var (past, table) = (new Input(-1, 2) { Name = "past" }, new Input(3) { Name = "table" });
        var (steps, _) = new Lstm(8, returnSequences: true).ApplyWithState(past);
        var seen = new Concatenate().Apply(new Gru(4).Apply(steps), table);
        using var model = new FunctionalModel(
            [past, table],
            [new Dense(2) { Name = "each" }.Apply(steps), new Dense(1) { Name = "all" }.Apply(seen)]);
        model.Build();

        using var stream = model.OpenStream();
        float[,] step = { { 0.1f, 0.2f } }, fixedFeatures = { { 1, 0, 0 } };                 // (batch, features)
        var outputs = stream.Step(new Dictionary<string, TensorLike> { ["past"] = step, ["table"] = fixedFeatures });
        Console.WriteLine(string.Join(", ", outputs.Select(output => $"{output.Key} {Shape.Of(output.Value)}")));
        #endregion
    }

    [Fact]
    public void A_layers_state_is_a_value()
    {
        var x = Numbers.Uniform(1, [2, 6, 3]);
        #region
        using var scope = torch.NewDisposeScope();
        using var lstm = new Lstm(4, returnSequences: true) { Seed = 1 };
        var whole = lstm.call(x);                                       // x: (2, 6, 3)

        var (first, state) = lstm.CallWithState(x.narrow(1, 0, 3));     // the first three steps
        var (second, end) = lstm.CallWithState(x.narrow(1, 3, 3), state);
        Console.WriteLine($"h {Shape.Of(end.Hidden)}, c {Shape.Of(end.Cell)}");
        state.Dispose();
        end.Dispose();
        #endregion
        torch.cat([first, second], 1).ShouldMatchTensor(whole, Tolerance.Float32);
        x.Dispose();
    }
}
