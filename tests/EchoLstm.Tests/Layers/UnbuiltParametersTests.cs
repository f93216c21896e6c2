namespace EchoLstm.Tests.Layers;

/// <summary>An optimiser over a layer that has no weights yet would train nothing: refused, and all else that asks a module is not.</summary>
public class UnbuiltParametersTests
{
    public static TheoryData<string> Layers => [.. LayerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void An_optimiser_over_a_layer_without_weights(string name)
    {
        using var scope = NewDisposeScope();
        var given = LayerCases.All[name];
        using var layer = given.Make();
        var isBuilt = layer.modules().Append(layer).OfType<ModuleLayer>().Any();
        if (given.Parameters > 0 && !isBuilt)
        {
            Assert.Throws<InvalidOperationException>(() => torch.optim.Adam(layer.parameters())).Message.Should().Contain(" has no weights yet, so that an optimiser over the parameters would not train it. Build it first: ");
            layer.named_parameters().Should().BeEmpty();
        }
        _ = layer.call(given.Input(1));
        layer.parameters().Count().Should().Be(layer.named_parameters().Count());
        (layer.parameters().Sum(parameter => parameter.numel()) + layer.UntrainedNumbers).Should().Be(given.Parameters);
    }

    [Fact]
    public void It_names_the_layer_and_the_call_to_make()
    {
        using var model = new SequentialModel(new Dropout(0.1), new Lstm(3), nn.Linear(3, 1));

        Errors.Expect<InvalidOperationException>(
            () => torch.optim.SGD(model.parameters(), 0.1),
            "Lstm 'lstm_1' has no weights yet, so that an optimiser over the parameters would not train it. Build it first: a model by model.Build(5, 1) for samples of 5 time steps and 1 feature, "
                + "a layer by layer.Build(new Shape(null, 5, 1)), either by one call with data.");
        model.Build(5, 1);
        using var optimizer = torch.optim.SGD(model.parameters(), 0.1);
        model.parameters().Should().HaveCount(4);
    }

    [Fact]
    public void An_optimiser_over_a_module_with_such_a_layer()
    {
        using var scope = NewDisposeScope();
        foreach (var module in new nn.Module<Tensor, Tensor>[] { new Own(), nn.Sequential(("lstm", new Lstm(2)), ("linear", nn.Linear(2, 1))), nn.Sequential(("own", new Own())) })
        {
            using (module)
            {
                foreach (var make in new Func<optim.Optimizer>[]
                {
                    () => torch.optim.Adam(module.parameters()), () => torch.optim.SGD(module.parameters(), 0.1), () => torch.optim.AdamW(module.named_parameters()), () => torch.optim.RMSProp(module.parameters()),
                })
                {
                    Assert.Throws<InvalidOperationException>(make).Message.Should().StartWith("Lstm 'lstm' has no weights yet, so that an optimiser ");
                }
                _ = module.call(zeros(2, 3, 1));
                module.parameters().Should().HaveCount(4);
                using var optimizer = torch.optim.Adam(module.parameters());
            }
        }
    }

    [Fact]
    public void A_list_for_an_optimiser_that_is_taken_before()
    {
        foreach (var module in new nn.Module<Tensor, Tensor>[] { new Own(), nn.Sequential(("linear", nn.Linear(1, 1)), ("own", new Own())) })
        {
            using (module)
            {
                foreach (var take in new Action[]
                {
                    () => _ = module.parameters().ToList(), () => _ = module.parameters().ToArray(), () => { foreach (var _ in module.parameters()) { } }, () => _ = new List<TorchSharp.Modules.Parameter>(module.parameters()),
                    () => _ = module.parameters().Where(parameter => parameter.requires_grad).ToList(), () => _ = module.named_parameters().Select(named => named.parameter).ToList(),
                })
                {
                    Assert.Throws<InvalidOperationException>(take).Message.Should().StartWith("Lstm 'lstm' has no weights yet, so that an optimiser ");
                }
                module.named_parameters().Count().Should().Be(module is Own ? 0 : 2);
                module.zero_grad();
                module.state_dict().Should().HaveCount(module is Own ? 0 : 2);
                using var x = zeros(2, 3, 1);
                module.call(x).Dispose();
                module.parameters().ToList().Should().HaveCount(module is Own ? 4 : 6);
            }
        }
    }

    [Fact]
    public void What_has_its_weights_or_never_any_gives_them()
    {
        using var bare = new SequentialModel(new Dropout(0.1), new Flatten(), new Masking(), new AdditiveAttention(useScale: false));
        using var modules = new SequentialModel(nn.Linear(3, 1), new Dropout(0.1));

        bare.parameters().Should().BeEmpty();
        modules.parameters().Should().HaveCount(2);
    }

    [Fact]
    public void Whatever_else_asks_a_module_that_is_not_built()
    {
        using var scope = NewDisposeScope();
        foreach (var module in new nn.Module[] { new Lstm(2), new SequentialModel(new Lstm(2), new Dense(1)), new Bidirectional(new Gru(2)), new TimeDistributed(new Dense(1)), new Own() })
        {
            using (module)
            {
                module.to(CPU);
                module.to(ScalarType.Float32);
                module.train();
                module.eval();
                module.state_dict().Should().BeEmpty();
                module.named_buffers().Should().BeEmpty();
                module.apply(_ => { });
                module.ToString().Should().NotBeEmpty();
                (module as Model)?.Summary().Should().NotBeEmpty();
                module.zero_grad();
                if (module is Layer layer)
                {
                    layer.Trainable = false;
                    layer.named_parameters().Should().BeEmpty();
                }
            }
        }
    }

    [Fact]
    public void A_model_with_such_a_module_builds_trains_and_predicts()
    {
        using var model = new SequentialModel(new Own()) { Seed = 1 };
        model.Compile(EchoLstm.Training.Loss.MeanSquaredError(), new EchoLstm.Training.Adam());

        model.Fit(new float[4, 3, 1], new float[4, 1], verbose: 0).Epochs.Should().HaveCount(1);

        model.CountParameters().Should().Be(model.parameters().Sum(parameter => parameter.numel())).And.BePositive();
    }

    private sealed class Own : nn.Module<Tensor, Tensor>
    {
        private readonly Lstm _lstm = new(2);
        private readonly Dense _dense = new(1);

        internal Own() : base("Own") => RegisterComponents();

        public override Tensor forward(Tensor input) => _dense.call(_lstm.call(input));
    }
}
