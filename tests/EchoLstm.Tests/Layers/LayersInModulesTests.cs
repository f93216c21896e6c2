using TorchSharp.Modules;
using Dropout = EchoLstm.Layers.Dropout;
using Embedding = EchoLstm.Layers.Embedding;
using Own = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EchoLstm.Tests.Layers;

/// <summary>Layers inside a user's own module are found wherever TorchSharp keeps them: in fields, lists, dictionaries, sequences.</summary>
public class LayersInModulesTests
{
    private static readonly Dictionary<string, Func<Own[], Own>> Ways = new()
    {
        ["fields"] = layers => new Parts(layers),
        ["ModuleList"] = layers => new Listed(layers),
        ["ModuleDict"] = layers => new Named(layers),
        ["Sequential"] = layers => nn.Sequential(layers),
        ["lists in lists"] = layers => new Listed(new Listed(layers[0]), new Named(layers[1], nn.Sequential(layers[2]))),
    };

    public static TheoryData<string> Names => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_optimiser_before_they_have_weights(string way)
    {
        using var module = Ways[way]([new Lstm(3), new Dropout(0.1), new Dense(1)]);

        foreach (var make in new Action[] { () => torch.optim.Adam(module.parameters()), () => torch.optim.AdamW(module.named_parameters()), () => _ = module.parameters().ToList() })
        {
            Assert.Throws<InvalidOperationException>(make).Message.Should().StartWith("Lstm 'lstm' has no weights yet, so that an optimiser ");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Their_state_is_the_model_s(string way)
    {
        using var model = new SequentialModel(Ways[way]([new Lstm(3, stateful: true), new Dropout(0.1), new Dense(1)]));
        model.Build(1, 2);
        var x = new float[,,] { { { 1, 2 } } };
        float Next() => model.Predict<float[,]>(x, carryState: true)[0, 0];

        var (first, second) = (Next(), Next());

        second.Should().NotBe(first);
        model.ResetStates();
        Next().Should().Be(first);
        model.Compile(Loss.MeanSquaredError(), new EchoLstm.Training.Adam());
        Assert.Throws<ArgumentException>(() => model.Fit(x, new float[1, 1], verbose: 0)).Message.Should().Contain("Pass shuffle: false.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Their_penalties_are_in_the_loss(string way)
    {
        var lstm = new Lstm(3) { KernelRegularizer = Regularizer.L2(0.5) };
        var both = new SequentialModel(new Dense(1) { KernelRegularizer = Regularizer.L1(2) });
        using var model = new SequentialModel(Ways[way]([lstm, new Dropout(0), both]));
        model.Compile(Loss.MeanSquaredError(), new EchoLstm.Training.Sgd(0));

        var loss = model.Fit(new float[1, 4, 2], new float[1, 1], verbose: 0).Loss[0];

        var penalty = (0.5 * ((float[,])lstm.GetWeights()[0]).Cast<float>().Sum(weight => (double)weight * weight))
            + (2 * ((float[,])both.GetWeights()[0]).Cast<float>().Sum(weight => Math.Abs((double)weight)));
        penalty.Should().BeGreaterThan(0.1);
        loss.Should().BeApproximately(penalty, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void They_freeze_and_are_counted_and_drop_only_in_training(string way)
    {
        using var model = new SequentialModel(Ways[way]([new Lstm(3), new Dropout(0.9), new Dense(1)]));
        model.Build(4, 2);
        model.CountParameters().Should().Be((4 * ((2 + 1) * 3 + 3 * 3)) + 4);
        var x = new float[,,] { { { 1, 2 }, { 1, 2 }, { 1, 2 }, { 1, 2 } } };

        model.Predict<float[,]>(x).Should().BeEquivalentTo(model.Predict<float[,]>(x));

        model.Layers[0].Trainable = false;
        model.CountParameters(trainable: true).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_index_without_a_vector(string way)
    {
        using var model = new SequentialModel(Ways[way]([new Embedding(4, 3), new Lstm(3), new Dense(1)]));
        model.Build(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(new int[,] { { 1, 9 } })).Message.Should().Contain("is 9, but Embedding 'embedding' has 4 vectors");
    }

    private sealed class Parts : Own
    {
        private readonly Own _first, _second, _third;

        internal Parts(Own[] parts)
            : base(nameof(Parts))
        {
            (_first, _second, _third) = (parts[0], parts[1], parts[2]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _third.call(_second.call(_first.call(input)));
    }

    private sealed class Listed : Own
    {
        private readonly ModuleList<Own> _parts;

        internal Listed(params Own[] parts)
            : base(nameof(Listed))
        {
            _parts = nn.ModuleList(parts);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _parts.Aggregate(input, (x, part) => part.call(x));
    }

    private sealed class Named : Own
    {
        private readonly ModuleDict<Own> _parts;

        internal Named(params Own[] parts)
            : base(nameof(Named))
        {
            _parts = nn.ModuleDict([.. parts.Select((part, i) => ($"part{i}", part))]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _parts.values().Aggregate(input, (x, part) => part.call(x));
    }
}
