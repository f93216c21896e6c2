using Dropout = EchoLstm.Layers.Dropout;
using Embedding = EchoLstm.Layers.Embedding;

namespace EchoLstm.Tests.Models;

/// <summary>Random stacks of every layer that can stream, masks among them: each step gives what Predict gives for the steps so far.</summary>
public class RandomStreamTests
{
    private const int Steps = 6;
    private const int Words = 7;
    private const float Missing = -2;

    // Torch sums the product of a row in another order where there are fewer rows.
    private const double RoundingOfTorch = 1e-6;

    private static readonly int Cases = Thorough.Or(60, 600);

    [Fact]
    public void On_the_fused_engine_a_stream_gives_the_bits_of_the_whole_pass()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            Check(seed, EngineKind.Fused, 0);
        }
    }

    [Fact]
    public void On_torch_a_stream_gives_the_numbers_of_the_whole_pass_to_rounding()
    {
        for (var seed = 0; seed < Cases / 2; seed++)
        {
            Check(seed, EngineKind.Torch, RoundingOfTorch);
        }
    }

    private static void Check(int seed, EngineKind engine, double tolerance)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var (layers, text) = Stack(random, engine);
        using var model = new SequentialModel([.. layers]) { Seed = seed, RequestedEngine = engine };
        var readsWords = layers[0] is Embedding or SequentialModel { IndexReader: not null };
        var features = random.Next(1, 4);
        if (readsWords)
        {
            model.Build(-1);
        }
        else
        {
            model.Build(-1, features);
        }
        using (no_grad())
        {
            foreach (var (i, parameter) in model.parameters().Index())
            {
                parameter.copy_(Numbers.Uniform((100 * seed) + i, parameter.shape));
            }
        }
        var batch = random.Next(1, 5);
        var x = readsWords ? Indices(random, batch) : Padded(random, batch, features);

        using var stream = model.OpenStream(batch);
        for (var t = 0; t < Steps; t++)
        {
            using var step = x.select(1, t).contiguous();
            var output = t % 2 == 0 ? stream.Step(step).Values()
                : [.. readsWords ? stream.Step(step.to(ScalarType.Int32).data<int>().ToArray()) : stream.Step(step.data<float>().ToArray())];
            var whole = model.Predict(x.narrow(1, 0, t + 1), batchSize: batch);
            var expected = (EndsSequence(model) ? whole : whole.select(1, t)).Values();
            output.Should().HaveCount(expected.Length, "{0}: step {1} of {2}", seed, t, text);
            for (var i = 0; i < output.Length; i++)
            {
                var difference = Math.Abs(output[i] - expected[i]);
                (difference <= tolerance * Math.Max(1, Math.Abs(expected[i]))).Should().BeTrue("{0}: step {1}, number {2}: {3} and {4}; {5}", seed, t, i, output[i], expected[i], text);
            }
        }
    }

    private static bool EndsSequence(SequentialModel model) =>
        FlatNetwork.CallsOf(model.Settings, [model.InputShape!]).Streamed().Ends[0];

    private static (List<nn.Module<Tensor, Tensor>> Layers, string Text) Stack(Random random, EngineKind engine)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>();
        var isMasked = false;
        switch (random.Next(4))
        {
            case 0:
                layers.Add(new Masking(Missing));
                isMasked = true;
                break;
            case 1:
                isMasked = random.Next(2) == 0;
                layers.Add(new Embedding(Words, random.Next(1, 5), maskZero: isMasked));
                break;
        }
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var units = random.Next(1, 20);
            layers.Add(Stepwise(random, units, engine == EngineKind.Fused ? 5 : isMasked ? 7 : 9));
        }
        var ends = random.Next(2) == 0;
        if (ends)
        {
            layers.Add(Recurrent(random, 5, sequences: false));
            if (random.Next(2) == 0)
            {
                layers.Add(new RepeatVector(3));
                layers.Add(Recurrent(random, 4, sequences: true));
            }
        }
        layers.Add(new Dense(2, Activation.Softmax));
        if (engine == EngineKind.Torch && random.Next(2) == 0)
        {
            // Some of them in a model of their own, or two.
            var cut = random.Next(1, layers.Count + 1);
            var inner = new SequentialModel([.. layers.Take(cut)]);
            layers = [random.Next(2) == 0 ? inner : new SequentialModel(inner), .. layers.Skip(cut)];
        }
        return (layers, string.Join(", ", layers.Select(layer => layer.GetName())));
    }

    private static nn.Module<Tensor, Tensor> Stepwise(Random random, int units, int kinds) =>
        random.Next(kinds) switch
        {
            0 or 1 => Recurrent(random, units, sequences: true),
            2 => new Dense(units, Activation.Tanh),
            3 => random.Next(2) == 0 ? new Dropout(0.5) : new ActivationLayer(Activation.Sigmoid),
            4 => new TimeDistributed(new Dense(units, Activation.Relu)),
            5 => new TimeDistributed(new SequentialModel(new Reshape(-1, 1), new Lstm(units))),
            6 => new TimeDistributed(new SequentialModel(new Dense(units), nn.Linear(units, units), nn.Dropout(0.5), nn.LayerNorm([units]), nn.GELU())),
            7 => new SequentialModel(new Dense(units), nn.Linear(units, units), nn.Dropout(0.5), new ModuleLayer(new GatedUnits(units)) { Stepwise = true }, nn.Sequential(nn.LayerNorm([units]), nn.ReLU())),
            _ => new Conv1D(units, random.Next(1, 4), padding: StepPadding.Causal),
        };

    private static RecurrentLayer Recurrent(Random random, int units, bool sequences) => random.Next(4) switch
    {
        0 => new Lstm(units, sequences, stateful: random.Next(3) == 0),
        1 => new Lstm(units, sequences, activation: Activation.Sigmoid, recurrentActivation: Activation.HardSigmoid),
        2 => new Gru(units, sequences, resetAfter: random.Next(2) == 0),
        _ => new SimpleRnn(units, sequences, activation: random.Next(2) == 0 ? Activation.Tanh : Activation.Sigmoid),
    };

    private static Tensor Indices(Random random, int batch) =>
        tensor([.. Enumerable.Range(0, batch * Steps).Select(_ => (long)(random.Next(3) == 0 ? 0 : random.Next(Words)))]).reshape(batch, Steps);

    private static Tensor Padded(Random random, int batch, int features)
    {
        var values = Enumerable.Range(0, batch * Steps).SelectMany(_ =>
        {
            var isMissing = random.Next(3) == 0;
            return Enumerable.Range(0, features).Select(_ => isMissing ? Missing : (2 * random.NextSingle()) - 1).ToArray();
        });
        return tensor([.. values]).reshape(batch, Steps, features);
    }

    private sealed class GatedUnits : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear _gate;

        internal GatedUnits(int units)
            : base(nameof(GatedUnits))
        {
            _gate = nn.Linear(units, units);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var gate = _gate.call(input);
            using var open = gate.sigmoid();
            return input * open;
        }
    }
}
