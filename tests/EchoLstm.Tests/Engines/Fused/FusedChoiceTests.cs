namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Which engine runs a model, and the reason that it gives.</summary>
public sealed class FusedChoiceTests
{
    public static TheoryData<string> Models => [.. SampleModels.Keys];

    // The models of the samples' commands, as they build them.
    private static Dictionary<string, (Func<SequentialModel> Make, long[]? Input, string Engine)> SampleModels => new()
    {
        ["one-to-one"] = (() => EchoModels.OneToOne(), null, Fused),
        ["many-to-one"] = (() => EchoModels.ManyToOne(), null, Fused),
        ["many-to-many"] = (() => EchoModels.ManyToMany(), null, Fused),
        ["one-to-many"] = (() => EchoModels.OneToMany(), null, Fused),
        ["echo"] = (() => EchoModels.SequenceEcho(), null, Fused),
        ["encoder-decoder"] = (() => EchoModels.EncoderDecoder(), null, Fused),
        ["stateful"] = (() => new(new Lstm(10, stateful: true), new Dense(1)), [1, 1], Fused),
        ["multiples"] = (() => new(new Lstm(10), new Dense(1, Activation.Sigmoid)), [10, 1], Fused),
        ["missing values"] = (() => new(new Masking(-1), new Lstm(20, returnSequences: true, stateful: true), new TimeDistributed(new Dense(100, Activation.Softmax))), [5, 100], Fused),
        ["article"] = (() => new(new Lstm(15, returnSequences: true), new TimeDistributed(new Dense(32, Activation.Softmax))), [64, 15], Fused),
        ["attention"] = (
            () => new(new Lstm(150, returnSequences: true), new AttentionDecoder(150, steps: 2), new TimeDistributed(new Dense(100, Activation.Softmax))),
            [5, 100],
            "Torch: AttentionDecoder 'attention_decoder_1' (AttentionDecoder) has no fused kernel"),
        ["frames"] = (
            () => new(new TimeDistributed(nn.Conv2d(1, 4, 3)), new TimeDistributed(nn.ReLU()), new TimeDistributed(nn.MaxPool2d(2)), new TimeDistributed(new Flatten()), new Lstm(16), new Dense(1, Activation.Sigmoid)),
            [5, 1, 8, 8],
            "Torch: TimeDistributed 'time_distributed_1' (TimeDistributed) has no fused kernel around a TorchSharp module"),
    };

    private const string Fused = "Fused: every layer has a kernel";

    [Theory]
    [MemberData(nameof(Models))]
    public void Each_samples_model_runs_on_the_engine_that_it_should(string name)
    {
        var (make, input, engine) = SampleModels[name];
        using var model = make();
        if (input is not null)
        {
            model.Build(new Shape([.. input]), batchSize: 1);
            model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());
        }
        model.Engine.ToString().Should().Be(engine);
    }

    [Fact]
    public void Every_layer_that_must_have_a_kernel_has_one()
    {
        nn.Module<Tensor, Tensor>[] layers =
        [
            new Masking(), new Lstm(3, returnSequences: true), new Gru(3, returnSequences: true), new Gru(3, returnSequences: true, resetAfter: false),
            new SimpleRnn(3, returnSequences: true), new Bidirectional(new Lstm(3, returnSequences: true)), new Bidirectional(new Gru(3, returnSequences: true), MergeMode.Sum),
            new Bidirectional(new SimpleRnn(3, returnSequences: true), MergeMode.Mul), new Dropout(0.5), new TimeDistributed(new Dropout(0.5)), new Dense(4, Activation.Softmax),
            new TimeDistributed(new Dense(4)), new ActivationLayer(Activation.Relu), new TimeDistributed(new ActivationLayer(Activation.Softmax)), new Lstm(3), new RepeatVector(2),
            new ActivationLayer(Activation.Tanh), new Lstm(2, returnSequences: true), new Flatten(), new Reshape(2, 2), new Dense(1),
        ];
        using var model = new SequentialModel(layers);
        model.Build(4, 2);
        model.Engine.ToString().Should().Be(Fused);

        using var rest = new SequentialModel(
            new LayerNormalization(), new TimeDistributed(new LayerNormalization()), new LeakyRelu(), new TimeDistributed(new Elu()), new PRelu(), new PRelu([1, 2]), new SpatialDropout1D(0.1),
            new GaussianNoise(0.1), new Dense(2, Activation.Gelu), new SimpleRnn(3, returnSequences: true, activation: Activation.Softsign), new UpSampling1D(), new ZeroPadding1D(), new Cropping1D(),
            new GlobalMaxPooling1D(keepdims: true), new GlobalAveragePooling1D(), new PRelu(), new Dense(1, Activation.Mish));
        rest.Build(4, 2);
        rest.Engine.ToString().Should().Be(Fused);

        using var words = new SequentialModel(new Embedding(10, 3, maskZero: true), new Lstm(3), new Dense(1));
        words.Build(4);
        words.Engine.ToString().Should().Be(Fused);
    }

    [Fact]
    public void What_has_no_kernel_is_named()
    {
        Reason(new Conv1D(2, 2), new Dense(1)).Should().Be("Conv1D 'conv1d_1' (Conv1D) has no fused kernel");
        Reason(nn.Linear(2, 3)).Should().Be("ModuleLayer 'linear_1' (Linear) has no fused kernel");
        Reason(new TimeDistributed(nn.Linear(2, 3))).Should().Be("TimeDistributed 'time_distributed_1' (TimeDistributed) has no fused kernel around a TorchSharp module");
        Reason(new RepeatedSteps(), new TimeDistributed(new Dense(1))).Should().EndWith("has no fused kernel");
        Reason(new Lstm(3, returnState: true)).Should().Be("Lstm 'lstm_1' (LSTM) has no fused kernel with returnState");
        Reason(new Bidirectional(new Lstm(3, returnState: true))).Should().Be("Bidirectional 'bidirectional_1' (Bidirectional) has no fused kernel with returnState");
        Reason(new Dense(2), new Reshape(2, 2, 2), new Dense(1), new Flatten()).Should().Be("Reshape 'reshape_1' (Reshape) has no fused kernel for input of shape (None, 4, 2)");
        Reason(new Gru(3, activation: Activation.Softmax)).Should().Be("Gru 'gru_1' (GRU) has no fused kernel with softmax inside");
        Reason(new Lstm(3, activation: Activation.Gelu)).Should().Be("Lstm 'lstm_1' (LSTM) has no fused kernel with gelu inside");
        Reason(new SimpleRnn(3, activation: Activation.Softplus)).Should().Be("SimpleRnn 'simple_rnn_1' (SimpleRNN) has no fused kernel with softplus inside");
        Reason(new BatchNormalization()).Should().Be("BatchNormalization 'batch_normalization_1' (BatchNormalization) has no fused kernel that moves its mean and variance in training");
        Reason(new TimeDistributed(new PRelu())).Should().Be("TimeDistributed 'time_distributed_1' (TimeDistributed) has no fused kernel around PReLU");
        Reason(new AveragePooling1D(), new Dense(1)).Should().Be("AveragePooling1D 'average_pooling1d_1' (AveragePooling1D) has no fused kernel");
    }

    [Fact]
    public void Forcing_the_fused_engine_where_it_can_not_run_is_an_error_with_the_reason()
    {
        using var model = new SequentialModel(new Conv1D(2, 2), new Dense(1));
        model.Build(4, 2);
        model.RequestedEngine = EngineKind.Fused;
        var run = () => model.Engine;
        run.Should().Throw<InvalidOperationException>().WithMessage(
            "The fused engine was asked for but can't run the model: Conv1D 'conv1d_1' (Conv1D) has no fused kernel. Set RequestedEngine to Auto or Torch.");
    }

    [Fact]
    public void Losses_and_metrics_of_ones_own_and_doubles_run_on_torch()
    {
        using var model = new SequentialModel(new Gru(3), new Dense(1));
        model.Build(4, 2);
        model.Compile((target, output) => (target - output).square(), new Adam());
        model.Engine.ToString().Should().Be("Torch: the loss custom has no fused form");
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((target, output) => (target - output).abs(), "distance"));
        model.Engine.ToString().Should().Be("Torch: the metric distance has no fused form");
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Engine.ToString().Should().Be(Fused);
        model.Layers[0].Trainable = false;
        model.Engine.ToString().Should().Be("Torch: Gru 'gru_1': it is not trainable");
        model.Layers[0].Trainable = true;
        model.to(ScalarType.Float64);
        model.Engine.ToString().Should().Be("Torch: Gru 'gru_1': its weights are Float64, not Float32");
        model.RequestedEngine = EngineKind.Torch;
        model.Engine.ToString().Should().Be("Torch: it was asked for");
    }

    [Fact]
    public void A_hook_on_any_layer_also_one_inside_another_brings_torch_and_its_end_the_loops_again()
    {
        Func<Layer, Layer>[] places = [model => ((SequentialModel)model).Layers[0], model => ((Bidirectional)((SequentialModel)model).Layers[1]).Backward];
        foreach (var place in places)
        {
            using var model = new SequentialModel(new Dropout(0.5), new Bidirectional(new Lstm(3)), new Dense(1));
            model.Build(4, 2);
            model.Engine.Kind.Should().Be(EngineKind.Fused);
            var layer = place(model);
            var hook = layer.register_forward_hook((_, _, output) => output);
            model.Engine.ToString().Should().Be($"Torch: {layer.GetType().Name} '{layer.Name}' has forward hooks, which only Torch's modules call");
            hook.remove();
            model.Engine.Kind.Should().Be(EngineKind.Fused);
        }
    }

    [Fact]
    public void A_mask_before_a_layer_that_refuses_it_is_torchs_error()
    {
        using var model = new SequentialModel(new Masking(), new Lstm(3, returnSequences: true), new Flatten(), new Dense(1)) { Seed = 1 };
        model.Build(4, 2);
        model.Engine.ToString().Should().Be("Torch: Flatten 'flatten_1' (Flatten) can't leave masked time steps out");
        var predict = () => model.Predict(new float[2, 4, 2]);
        predict.Should().Throw<InvalidOperationException>().WithMessage("Flatten 'flatten_1' received masked time steps but can't leave them out*");
    }

    [Fact]
    public void History_and_the_summary_with_formulas_say_which_engine_it_was()
    {
        using var model = EchoModels.OneToOne(seed: 1);
        var (x, y) = EchoLstm.Data.EchoSequence.FrameOneToOne(EchoLstm.Data.EchoSequence.Linear(5));
        model.Fit(x, y, verbose: 0).Engine.ToString().Should().Be(Fused);
        model.Summary(withFormulas: true).Should().EndWith($"{Environment.NewLine}Engine: {Fused}");
        model.RequestedEngine = EngineKind.Torch;
        model.Summary(withFormulas: true).Should().EndWith($"{Environment.NewLine}Engine: Torch: it was asked for");
    }

    [Fact]
    public void Choosing_does_not_run_a_users_module()
    {
        var counted = new CountingModule();
        using var model = new SequentialModel(new Dense(2), counted, new TimeDistributed(new CountingModule()));
        model.Build(4, 2);
        var calls = counted.Calls;
        model.Engine.Kind.Should().Be(EngineKind.Torch);
        counted.Calls.Should().Be(calls);
    }

    private static string Reason(params nn.Module<Tensor, Tensor>[] layers)
    {
        using var model = new SequentialModel(layers);
        model.Build(4, 2);
        model.Engine.Kind.Should().Be(EngineKind.Torch);
        return model.Engine.Reason;
    }

    private sealed class CountingModule() : nn.Module<Tensor, Tensor>("CountingModule")
    {
        internal int Calls { get; private set; }

        public override Tensor forward(Tensor input)
        {
            Calls++;
            return input.alias();
        }
    }

    private sealed class RepeatedSteps() : nn.Module<Tensor, Tensor>("RepeatedSteps")
    {
        public override Tensor forward(Tensor input) => cat([input, input], 1);
    }
}
