namespace EchoLstm.Tests.Layers;

/// <summary>Masks through layers inside layers, up to three deep, are what a loop over the steps that are there gives.</summary>
public class MaskNestingTests
{
    private const double Padding = -1;

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Auto)]
    public void Masks_through_any_nesting_are_a_loop_over_the_steps_that_are_there(EngineKind engine)
    {
        var fused = 0;
        for (var seed = 0; seed < Thorough.Or(100, 2000); seed++)
        {
            using var scope = NewDisposeScope();
            var random = new Random(seed);
            var axes = random.Next(1, 4);
            var isGiven = random.Next(2) == 0;
            using var model = new SequentialModel { Seed = seed, RequestedEngine = engine };
            var x = AddInput(model, random, axes, isGiven, out var mask);
            AddLayers(model.Add, random, axes, random.Next(1, 5));
            model.Build(Shape.Of(x).With(0, null));
            model.Compile(Loss.MeanSquaredError(), new Sgd());

            using var y = isGiven ? model.Predict(x, mask: mask) : model.Predict(x);
            fused += model.Engine.Kind == EngineKind.Fused ? 1 : 0;
            using var target = Numbers.Uniform(seed, y.shape);
            var loss = model.Evaluate(x, target, mask: isGiven ? mask : (TensorLike?)null)["loss"];

            model.eval();
            var (losses, counted) = (0.0, 0.0);
            for (var i = 0L; i < x.shape[0]; i++)
            {
                var (one, there) = MaskLoop.Run(model, x.narrow(0, i, 1), isGiven ? mask!.narrow(0, i, 1) : null);
                y.narrow(0, i, 1).ShouldMatch(one.Values(), Tolerance.Float32, $"seed {seed}, sample {i}, {Describe(model)}");
                var each = (one - target.narrow(0, i, 1)).square().mean([-1]);
                while (there is not null && there.dim() < each.dim())
                {
                    there = there.unsqueeze(-1);
                }
                var used = (there?.to(each.dtype) ?? ones_like(each)).expand_as(each);
                losses += (each * used).sum().item<float>();
                counted += used.sum().item<float>();
            }
            loss.Should().BeApproximately(losses / Math.Max(1, counted), 1e-5, $"seed {seed}, {Describe(model)}");
        }
        (fused > 0).Should().Be(engine == EngineKind.Auto);
    }

    private static string Describe(Layer layer) => layer switch
    {
        SequentialModel model => $"[{string.Join(", ", model.Layers.Select(Describe))}]",
        TimeDistributed each => $"TimeDistributed({Describe(each.InnerLayer)})",
        RecurrentLayer recurrent => $"{recurrent.Title} {recurrent.ReturnSequences}",
        _ => layer.Title,
    };

    /// <summary>Adds what makes a mask, if it is not given, and makes samples whose padding stands anywhere; some are masked whole.</summary>
    private static Tensor AddInput(SequentialModel model, Random random, int axes, bool isGiven, out Tensor? mask)
    {
        long[] steps = [4, .. Enumerable.Range(0, axes).Select(_ => (long)random.Next(1, 5))];
        var there = tensor(Enumerable.Range(0, (int)steps.Aggregate(1L, (a, b) => a * b)).Select(_ => random.Next(3) > 0).ToArray()).reshape(steps);
        there[0] = tensor(false);
        mask = there;
        if (random.Next(2) == 0)
        {
            nn.Module<Tensor, Tensor> words = new Embedding(6, 3, maskZero: !isGiven || random.Next(2) == 0);
            for (var depth = 1; depth < axes; depth++)
            {
                words = new TimeDistributed(words);
            }
            model.Add(words);
            var indices = randint(isGiven ? 0 : 1, 6, steps, generator: new Generator((ulong)random.Next()));
            return isGiven ? indices : indices * there.to(ScalarType.Int64);
        }
        const int features = 2;
        var numbers = rand([.. steps, features], generator: new Generator((ulong)random.Next()));
        if (isGiven)
        {
            // A mask of fewer axes says it of whole steps.
            mask = axes > 1 && random.Next(2) == 0 ? there.flatten(2).any(-1) : there;
            return numbers;
        }
        model.Add(new Masking(Padding));
        return where(there.unsqueeze(-1), numbers, tensor((float)Padding));
    }

    private static int AddLayers(Action<nn.Module<Tensor, Tensor>> add, Random random, int axes, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (var layer, axes) = Any(random, axes);
            add(layer);
        }
        return axes;
    }

    // A layer for data with so many axes of steps, and how many its output has.
    private static (Layer Layer, int Axes) Any(Random random, int axes)
    {
        var returnSequences = random.Next(2) == 0;
        switch (random.Next(axes == 0 ? 1 : 8))
        {
            case 0:
                return (new Dense(3, Activation.Tanh), axes);
            case 1:
                return (new Masking(random.Next(2) == 0 ? Padding : 0), axes);
            case 2 or 3 when axes == 1:
                return (Recurrent(random, returnSequences), returnSequences ? 1 : 0);
            case 4 when axes == 1:
                return (new Bidirectional(Recurrent(random, returnSequences)), returnSequences ? 1 : 0);
            case 5 when axes > 1:
                var parts = new List<nn.Module<Tensor, Tensor>>();
                var left = AddLayers(parts.Add, random, axes - 1, random.Next(1, 3));
                return (new TimeDistributed(new SequentialModel([.. parts])), left + 1);
            default:
                var (one, inside) = Any(random, axes - 1);
                return (new TimeDistributed(one), inside + 1);
        }
    }

    private static RecurrentLayer Recurrent(Random random, bool returnSequences) => random.Next(3) switch
    {
        0 => new Lstm(2, returnSequences: returnSequences),
        1 => new Gru(2, returnSequences: returnSequences),
        _ => new SimpleRnn(2, returnSequences: returnSequences),
    };
}
