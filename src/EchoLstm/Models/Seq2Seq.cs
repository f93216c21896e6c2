using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Sequences of symbols into sequences of other symbols, of any lengths (Sutskever et al. 2014): an encoder whose states start a decoder,
/// which is trained on the right symbols before each (teacher forcing) and reads its own when it decodes. <see cref="EchoModels.Seq2Seq"/>
/// makes one.
/// </summary>
/// <remarks>Symbols are whole numbers from 1; 0 is padding, behind the sequence.</remarks>
public sealed class Seq2Seq : IDisposable
{
    private const string Source = "source", Target = "target", SourceTable = "source_embedding", TargetTable = "target_embedding",
        EncoderName = "encoder", DecoderName = "decoder", AttentionName = "attention", JoinName = "join", HeadName = "head";

    private readonly FunctionalModel _encoding;
    private readonly FunctionalModel _decoding;
    private readonly bool _attends;

    private Seq2Seq(FunctionalModel model)
    {
        Model = model;
        var layers = model.Layers.ToDictionary(layer => layer.Name);
        _attends = layers.ContainsKey(AttentionName);
        var (encoder, decoder) = ((Lstm)layers[EncoderName], (Lstm)layers[DecoderName]);
        Input source = new(-1), known = new(-1), hidden = new(decoder.Units), cell = new(decoder.Units);
        var (seen, states) = encoder.ApplyWithState(layers[SourceTable].Apply(source));
        _encoding = new FunctionalModel([source], [.. states, .. _attends ? [seen] : (Node[])[]]);
        Input? memory = _attends ? new Input(-1, encoder.Units) : null;
        var (steps, after) = decoder.ApplyWithState(layers[TargetTable].Apply(known), [hidden, cell]);
        _decoding = new FunctionalModel(
            [known, hidden, cell, .. memory is null ? [] : (Node[])[memory]],
            [Head(steps, memory, layers[HeadName], layers.GetValueOrDefault(AttentionName), layers.GetValueOrDefault(JoinName)), .. after]);
    }

    /// <summary>The model that is trained, source and target in, the probabilities of the next symbols out; to save it, to compile it
    /// anew, or for callbacks.</summary>
    public FunctionalModel Model { get; }

    /// <summary>Makes the layers.</summary>
    internal static Seq2Seq Create(int inputs, int outputs, int units, bool attention, int? seed)
    {
        foreach (var (value, name) in new[] { (inputs, nameof(inputs)), (outputs, nameof(outputs)), (units, nameof(units)) })
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        }
        Input source = new(-1) { Name = Source }, target = new(-1) { Name = Target };
        var (seen, states) = new Lstm(units, returnSequences: attention) { Name = EncoderName }
            .ApplyWithState(new Embedding(inputs + 1, units, maskZero: true) { Name = SourceTable }.Apply(source));
        var (steps, _) = new Lstm(units, returnSequences: true) { Name = DecoderName }
            .ApplyWithState(new Embedding(outputs + 1, units, maskZero: true) { Name = TargetTable }.Apply(target), states);
        var output = Head(
            steps,
            attention ? seen : null,
            new Dense(outputs + 1, Activation.Softmax) { Name = HeadName },
            attention ? new AdditiveAttention { Name = AttentionName } : null,
            attention ? new Concatenate { Name = JoinName } : null);
        var model = new FunctionalModel([source, target], [output]) { Seed = seed };
        model.Build();
        model.Compile(Loss.SparseCategoricalCrossentropy(ignoreClass: 0), new Adam(), Metric.Accuracy());
        return new Seq2Seq(model);
    }

    /// <summary>Loads what <c>Model.Save</c> wrote of such a model.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or has another model.</exception>
    public static Seq2Seq Load(string path)
    {
        var model = FunctionalModel.Load(path);
        string[] needed = [SourceTable, TargetTable, EncoderName, DecoderName, HeadName];
        if (needed.FirstOrDefault(name => model.Layers.All(layer => layer.Name != name)) is { } missing)
        {
            model.Dispose();
            throw new InvalidDataException(
                $"{path} has no Seq2Seq: its model lacks the layer '{missing}'. Load it with FunctionalModel.Load.");
        }
        return new Seq2Seq(model);
    }

    /// <summary>Trains with teacher forcing: at each step the decoder reads the right symbol before the one that it is to tell.</summary>
    /// <param name="source">(samples, time steps) symbols, padded behind with 0.</param>
    /// <param name="target">(samples, time steps) symbols, padded behind with 0: a symbol that says "start" first, and where sequences end
    /// by themselves one that says "stop" last.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1. <value>1</value></param>
    /// <param name="batchSize">The number of samples between two updates of the weights. <value>32</value></param>
    /// <param name="verbose">What is printed: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch. <value>1</value></param>
    /// <param name="validationSplit">The share of samples, the last, that are measured after each epoch. <value>0</value></param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <returns>Every metric of every epoch; accuracy counts symbols, and padding counts nowhere.</returns>
    /// <exception cref="ArgumentException">A number is no symbol.</exception>
    /// <exception cref="ShapeMismatchException">The arrays are not (samples, time steps), or a target has fewer than two steps.</exception>
    /// <exception cref="ArgumentException">A target begins with padding.</exception>
    public History Fit(
        TensorLike source,
        TensorLike target,
        int epochs = 1,
        int batchSize = 32,
        int verbose = 1,
        double validationSplit = 0,
        IReadOnlyList<Callback>? callbacks = null)
    {
        using var scope = NewDisposeScope();
        var whole = target.ToTensor(nameof(target));
        if (whole.dim() != 2 || whole.shape[1] < 2)
        {
            throw new ShapeMismatchException(
                $"target has shape {Shape.Of(whole)}, expected (samples, time steps) of 2 steps or more: a symbol that says start, then "
                    + "those to learn.",
                "(samples, time steps)",
                Shape.Of(whole).ToString());
        }
        using Scalar padding = 0;
        if (SampleCheck.FirstOrNone(whole.narrow(1, 0, 1), whole.narrow(1, 0, 1).eq(padding), nameof(target)) is var (place, _))
        {
            throw new ArgumentException(
                $"{place} is 0, which is padding, but a target begins with the symbol that says start. Pad behind: "
                    + "SequencePadding.PadSequences(targets, padding: PaddingSide.Post).",
                nameof(target));
        }
        var steps = whole.shape[1] - 1;
        return Model.Fit(
            [source, whole.narrow(1, 0, steps)],
            [whole.narrow(1, 1, steps)],
            epochs,
            batchSize,
            verbose,
            validationSplit: validationSplit,
            callbacks: callbacks);
    }

    /// <summary>The sequence that the model tells for each source, step by step: each symbol is read before the next.</summary>
    /// <param name="source">(samples, time steps) symbols, padded behind with 0.</param>
    /// <param name="start">The symbol that targets begin with.</param>
    /// <param name="maxSteps">How many symbols to tell at most.</param>
    /// <param name="stop">The symbol that ends a sequence; null: each has <paramref name="maxSteps"/>.</param>
    /// <param name="beam">How many beginnings are kept at each step; the most probable sequence among theirs is told (beam search).
    /// <value>1: the most probable symbol at each step</value></param>
    /// <returns>A sequence for each sample, without start and stop.</returns>
    /// <exception cref="ArgumentOutOfRangeException">start or stop is no symbol of the targets, or maxSteps or beam is below 1.</exception>
    public IReadOnlyList<int[]> Decode(TensorLike source, int start, int maxSteps, int? stop = null, int beam = 1)
    {
        CheckSymbol(start, nameof(start));
        if (stop is { } end)
        {
            CheckSymbol(end, nameof(stop));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(beam, 1);
        using var scope = NewDisposeScope();
        var symbols = source.ToTensor(nameof(source));
        ((Embedding)Model.GetLayer(SourceTable)).CheckIndices(symbols, nameof(source));
        var encoded = _encoding.Predict([symbols]);
        var samples = (int)encoded[0].shape[0];
        // Row by row: each sample's beams, of which only the first counts at the start.
        Tensor[] rows = [.. encoded.Select(one => one.repeat_interleave(beam, 0))];
        var mask = _attends ? symbols.ne(0).repeat_interleave(beam, 0) : null;
        Beam[] beams =
        [
            .. Enumerable.Range(0, samples * beam)
                .Select(row => new Beam([], row % beam == 0 ? 0 : double.NegativeInfinity, false, row)),
        ];
        for (var step = 0; step < maxSteps && !Array.TrueForAll(beams, one => one.HasEnded); step++)
        {
            var last = tensor(beams.Select(one => one.Symbols is [.., var symbol] ? (long)symbol : start).ToArray()).unsqueeze(-1);
            var made = _decoding.Predict(
                [last, .. rows.Select(row => (TensorLike)row)],
                batchSize: beams.Length,
                mask: mask is null ? null : [null, null, null, mask]);
            var logarithms = made[0].select(1, 0).to(ScalarType.Float64).log().cpu().contiguous();
            var (numbers, classes) = (logarithms.data<double>().ToArray(), (int)logarithms.shape[1]);
            beams = [.. Enumerable.Range(0, samples).SelectMany(sample => Best(beams.AsSpan(sample * beam, beam), numbers, classes, stop))];
            var order = tensor(beams.Select(one => (long)one.Row).ToArray(), device: made[1].device);
            rows = [made[1].index_select(0, order), made[2].index_select(0, order), .. rows.Skip(2)];
            beams = [.. beams.Select((one, row) => one with { Row = row })];
        }
        return [.. Enumerable.Range(0, samples).Select(sample => beams[sample * beam].Symbols)];
    }

    /// <summary>Disposes the model and its layers.</summary>
    public void Dispose()
    {
        _decoding.Dispose();
        _encoding.Dispose();
        Model.Dispose();
    }

    private void CheckSymbol(int symbol, string name)
    {
        var last = ((Embedding)Model.GetLayer(TargetTable)).InputDim - 1;
        if (symbol < 1 || symbol > last)
        {
            throw new ArgumentOutOfRangeException(name, symbol, string.Create(
                CultureInfo.InvariantCulture,
                $"{name} is {symbol}, which is no symbol of the targets: expected 1 to {last}. The model was made for so many outputs."));
        }
    }

    private static Node Head(Node steps, Node? memory, Layer head, Layer? attention, Layer? join) =>
        head.Apply(memory is null ? steps : join!.Apply(steps, attention!.Apply(steps, memory)));

    // The best ways to go on, the best first; padding is no symbol.
    private static Beam[] Best(ReadOnlySpan<Beam> beams, double[] numbers, int classes, int? stop)
    {
        var candidates = new List<(double Score, Beam From, int Symbol)>();
        foreach (var beam in beams)
        {
            if (beam.HasEnded)
            {
                candidates.Add((beam.Score, beam, 0));
                continue;
            }
            for (var symbol = 1; symbol < classes; symbol++)
            {
                candidates.Add((beam.Score + numbers[(beam.Row * classes) + symbol], beam, symbol));
            }
        }
        return
        [
            .. candidates.OrderByDescending(one => one.Score).Take(beams.Length).Select(one => one.Symbol == 0 ? one.From
                : one.Symbol == stop ? one.From with { Score = one.Score, HasEnded = true }
                : one.From with { Score = one.Score, Symbols = [.. one.From.Symbols, one.Symbol] }),
        ];
    }

    /// <summary>A beginning of a sequence.</summary>
    private sealed record Beam(int[] Symbols, double Score, bool HasEnded, int Row);
}
