namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/models.md.</summary>
public class TimeDistributedPageTests() : PageProgram("docs/models.md")
{
    [Fact]
    public void Around_a_Dense_it_changes_nothing()
    {
        #region
        using var plain = new SequentialModel(new Dense(3)) { Seed = 1 };
        using var wrapped = new SequentialModel(new TimeDistributed(new Dense(3))) { Seed = 1 };
        plain.Build(4, 2);                                   // 4 time steps of 2 features
        wrapped.Build(4, 2);

        var x = new float[,,] { { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } } };
        var same = plain.Predict<float[,,]>(x).Cast<float>().SequenceEqual(wrapped.Predict<float[,,]>(x).Cast<float>());
        Console.WriteLine($"{plain.CountParameters()} and {wrapped.CountParameters()} parameters, same outputs: {same}");
        #endregion
    }

    [Fact]
    public void Around_a_convolution_it_reads_films()
    {
        using var scope = torch.NewDisposeScope();
        #region
        using var film = new SequentialModel(
            new TimeDistributed(new Conv2D(4, 3)),      // (samples, pictures, 10, 10, 1) becomes (samples, pictures, 8, 8, 4)
            new TimeDistributed(new MaxPooling2D()),    // (samples, pictures, 4, 4, 4)
            new TimeDistributed(new Flatten()),         // (samples, pictures, 64)
            new Lstm(16),
            new Dense(1));
        film.Build(5, 10, 10, 1);
        Console.WriteLine(string.Join(" ", film.Layers.Select(layer => layer.Name)));
        Console.WriteLine(film.OutputShape(film.InputShape!));
        #endregion
    }

    [Fact]
    public void Around_a_model_it_applies_the_model_to_each_step()
    {
        #region
        var word = new SequentialModel(new Embedding(30, 8), new Lstm(12));    // letters of a word to a vector
        using var sentence = new SequentialModel(
            new TimeDistributed(word),                                         // (samples, words, letters) becomes (samples, words, 12)
            new Lstm(20),
            new Dense(2, Activation.Softmax));
        sentence.Build(6, 10);
        Console.WriteLine(sentence.OutputShape(sentence.InputShape!));
        #endregion
    }
}
