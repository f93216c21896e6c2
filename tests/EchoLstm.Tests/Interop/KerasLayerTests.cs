using System.Text.Json;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>Each of Keras's layers with the keys of each of its versions becomes the layer that computes the same.</summary>
public sealed class KerasLayerTests
{
    private const string Kernel = """
        "use_bias": true, "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, "bias_constraint": null, "trainable": true
        """;

    private static readonly (string Class, string Config, LayerSettings Expected)[] Known =
    [
        ("Dense", $$"""{"units": 3, "activation": "relu", {{Kernel}}}""", new DenseSettings { Units = 3, Activation = Activation.Relu }),
        ("Dense", """{"output_dim": 3, "activation": "linear", "init": "glorot_uniform", "bias": false, "W_regularizer": null, "b_regularizer": null, "W_constraint": null, "b_constraint": null, "input_dim": 4}""", new DenseSettings { Units = 3, UseBias = false }),
        ("Dense", """{"units": 3, "activation": {"module": "builtins", "class_name": "function", "config": "gelu", "registered_name": "function"}, "use_bias": true, "quantization_config": null}""", new DenseSettings { Units = 3, Activation = Activation.Gelu }),
        ("Dense", """{"units": 3, "activation": null, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "trainable": false}""", new DenseSettings { Units = 3, Trainable = false }),
        ("TimeDistributedDense", """{"output_dim": 3, "activation": "softmax", "bias": true, "input_length": null}""", new TimeDistributedSettings { Layer = new DenseSettings { Units = 3, Activation = Activation.Softmax } }),
        ("TimeDistributed", $$"""{"trainable": true, "layer": {"class_name": "Dense", "config": {"name": "dense_1", "units": 3, "activation": "tanh", {{Kernel}} } } }""", new TimeDistributedSettings { Layer = new DenseSettings { Name = "dense_1", Units = 3, Activation = Activation.Tanh } }),
        ("SimpleRNN", """{"units": 3, "activation": "relu", "use_bias": false, "go_backwards": true, "return_sequences": true, "dropout": 0.1, "recurrent_dropout": 0.2}""", new SimpleRnnSettings { Units = 3, Activation = Activation.Relu, UseBias = false, GoBackwards = true, ReturnSequences = true, Dropout = 0.1, RecurrentDropout = 0.2 }),
        ("LSTM", """{"units": 3, "activation": "relu", "recurrent_activation": "hard_sigmoid", "unit_forget_bias": null, "implementation": null, "unroll": true, "seed": null, "zero_output_for_mask": false}""", new LstmSettings { Units = 3, Activation = Activation.Relu, RecurrentActivation = Activation.HardSigmoid }),
        ("GRU", """{"units": 3, "activation": "tanh", "recurrent_activation": "sigmoid"}""", new GruSettings { Units = 3, ResetAfter = false }),
        ("GRU", """{"units": 3, "activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": true, "time_major": false}""", new GruSettings { Units = 3, ResetAfter = true }),
        ("CuDNNLSTM", """{"units": 3, "return_sequences": true}""", new LstmSettings { Units = 3, ReturnSequences = true }),
        ("CuDNNGRU", """{"units": 3}""", new GruSettings { Units = 3, ResetAfter = true }),
        ("Embedding", """{"input_dim": 7, "output_dim": 3, "embeddings_initializer": null, "embeddings_regularizer": null, "embeddings_constraint": null, "mask_zero": true, "input_length": 5}""", new EmbeddingSettings { InputDim = 7, OutputDim = 3, MaskZero = true }),
        ("Conv1D", $$"""{"filters": 3, "kernel_size": [4], "strides": [2], "padding": "causal", "data_format": "channels_last", "dilation_rate": [1], "groups": 1, "activation": "relu", {{Kernel}}}""", new Conv1DSettings { Filters = 3, KernelSize = 4, Strides = 2, Padding = StepPadding.Causal, Activation = Activation.Relu }),
        ("Convolution1D", """{"nb_filter": 3, "filter_length": 4, "border_mode": "same", "subsample_length": 2, "activation": "linear", "bias": true, "input_dim": 3, "input_length": 8}""", new Conv1DSettings { Filters = 3, KernelSize = 4, Strides = 2, Padding = StepPadding.Same }),
        ("MaxPooling1D", """{"pool_size": [2], "strides": [3], "padding": "same", "data_format": "channels_last"}""", new MaxPooling1DSettings { PoolSize = 2, Strides = 3, Padding = StepPadding.Same }),
        ("MaxPooling1D", """{"pool_length": 2, "stride": 2, "border_mode": "valid"}""", new MaxPooling1DSettings { PoolSize = 2, Strides = 2 }),
        ("AveragePooling1D", """{"pool_size": 2, "strides": null, "padding": "valid"}""", new AveragePooling1DSettings { PoolSize = 2, Strides = 2 }),
        ("GlobalMaxPooling1D", """{"data_format": "channels_last", "keepdims": true}""", new GlobalMaxPooling1DSettings { Keepdims = true }),
        ("GlobalAveragePooling1D", """{}""", new GlobalAveragePooling1DSettings()),
        ("UpSampling1D", """{"size": 3}""", new UpSampling1DSettings { Size = 3 }),
        ("Reshape", """{"target_shape": [3, 8]}""", new ReshapeSettings { TargetShape = [3, 8] }),
        ("ZeroPadding1D", """{"padding": [1, 2]}""", new ZeroPadding1DSettings { Padding = [1, 2] }),
        ("Cropping1D", """{"cropping": 1}""", new Cropping1DSettings { Cropping = [1, 1] }),
        ("Flatten", """{"data_format": "channels_last"}""", new FlattenSettings()),
        ("Permute", """{"dims": [1, 2]}""", new ActivationSettings { Activation = Activation.Linear }),
        ("Masking", """{"mask_value": 2.0}""", new MaskingSettings { MaskValue = 2 }),
        ("Dropout", """{"p": 0.5}""", new DropoutSettings { Rate = 0.5 }),
        ("Dropout", """{"rate": 0.5, "noise_shape": null, "seed": 3}""", new DropoutSettings { Rate = 0.5 }),
        ("SpatialDropout1D", """{"rate": 0.5, "noise_shape": null, "seed": null}""", new SpatialDropout1DSettings { Rate = 0.5 }),
        ("GaussianNoise", """{"sigma": 0.5}""", new GaussianNoiseSettings { Stddev = 0.5 }),
        ("GaussianDropout", """{"rate": 0.5, "seed": null}""", new ActivationSettings { Activation = Activation.Linear }),
        ("AlphaDropout", """{"rate": 0.5, "noise_shape": null, "seed": null}""", new ActivationSettings { Activation = Activation.Linear }),
        ("SpatialDropout2D", """{"rate": 0.5, "noise_shape": null, "seed": null, "data_format": "channels_last"}""", new ActivationSettings { Activation = Activation.Linear }),
        ("ActivityRegularization", """{"l1": 0.5, "l2": 0.0}""", new ActivationSettings { Activation = Activation.Linear }),
        ("Activation", """{"activation": "softmax"}""", new ActivationSettings { Activation = Activation.Softmax }),
        ("Softmax", """{"axis": 2}""", new ActivationSettings { Activation = Activation.Softmax }),
        ("ReLU", """{"max_value": null, "negative_slope": 0.0, "threshold": 0.0}""", new ActivationSettings { Activation = Activation.Relu }),
        ("ReLU", """{"max_value": null, "negative_slope": 0.25, "threshold": 0.0}""", new LeakyReluSettings { NegativeSlope = 0.25 }),
        ("LeakyReLU", """{"alpha": 0.25}""", new LeakyReluSettings { NegativeSlope = 0.25 }),
        ("ELU", """{"alpha": 0.5}""", new EluSettings { Alpha = 0.5 }),
        ("PReLU", """{"alpha_initializer": null, "alpha_regularizer": null, "alpha_constraint": null, "shared_axes": [1]}""", new PReluSettings { SharedAxes = [1] }),
        ("LayerNormalization", """{"axis": [2], "epsilon": 0.01, "center": true, "scale": false, "rms_scaling": false, "beta_initializer": null}""", new LayerNormalizationSettings { Epsilon = 0.01, Scale = false }),
        ("BatchNormalization", """{"axis": -1, "momentum": 0.9, "epsilon": 0.01, "center": true, "scale": true, "moving_mean_initializer": null, "synchronized": false}""", new BatchNormalizationSettings { Momentum = 0.9, Epsilon = 0.01 }),
        ("BatchNormalization", """{"axis": -1, "momentum": 0.99, "epsilon": 1e-06, "mode": 0, "beta_regularizer": null, "gamma_regularizer": null}""", new BatchNormalizationSettings { Momentum = 0.99, Epsilon = 1e-6 }),
        ("RepeatVector", """{"n": 4}""", new RepeatVectorSettings { N = 4 }),
        ("Conv2D", $$"""{"filters": 3, "kernel_size": [4, 5], "strides": [1, 2], "padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", {{Kernel}}}""", new Conv2DSettings { Filters = 3, KernelSize = [4, 5], Strides = [1, 2], Padding = StepPadding.Same, Activation = Activation.Relu }),
        ("Convolution2D", """{"nb_filter": 3, "nb_row": 4, "nb_col": 5, "subsample": [1, 1], "border_mode": "valid", "dim_ordering": "tf", "activation": "linear", "bias": true}""", new Conv2DSettings { Filters = 3, KernelSize = [4, 5], Strides = [1, 1] }),
        ("MaxPooling2D", """{"pool_size": [2, 3], "strides": [2, 3], "padding": "valid", "data_format": "channels_last"}""", new MaxPooling2DSettings { PoolSize = [2, 3], Strides = [2, 3] }),
        ("AveragePooling2D", """{"pool_size": [2, 2], "strides": null, "padding": "valid", "data_format": "channels_last"}""", new AveragePooling2DSettings { PoolSize = [2, 2], Strides = [2, 2] }),
        ("GlobalMaxPooling2D", """{"data_format": "channels_last", "keepdims": false}""", new GlobalMaxPooling2DSettings()),
        ("GlobalAveragePooling2D", """{}""", new GlobalAveragePooling2DSettings()),
        ("Bidirectional", """{"merge_mode": "ave", "layer": {"class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "a"}}}""", new BidirectionalSettings { MergeMode = MergeMode.Ave, Layer = new SimpleRnnSettings { Name = "a", Units = 3 } }),
        // Keras 3 lists the second layer in full; it is the first turned round once.
        ("Bidirectional", """
            {"merge_mode": "concat", "layer": {"module": "keras.layers", "class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "forward_a", "go_backwards": false, "zero_output_for_mask": true, "return_sequences": true}, "registered_name": null},
             "backward_layer": {"module": "keras.layers", "class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "backward_a", "go_backwards": true, "zero_output_for_mask": true, "return_sequences": true}, "registered_name": null}}
            """, new BidirectionalSettings { Layer = new SimpleRnnSettings { Name = "forward_a", Units = 3, ReturnSequences = true } }),
        ("Concatenate", """{"axis": 1, "trainable": true}""", new ConcatenateSettings { Axis = 1 }),
        ("Add", "{}", new AddSettings()),
        ("Subtract", "{}", new SubtractSettings()),
        ("Multiply", "{}", new MultiplySettings()),
        ("Average", "{}", new AverageSettings()),
        ("Maximum", "{}", new MaximumSettings()),
        ("Minimum", "{}", new MinimumSettings()),
        ("Dot", """{"axes": -1, "normalize": true}""", new DotSettings { FirstAxis = -1, SecondAxis = -1, Normalize = true }),
        ("Dot", """{"axes": [1, 2], "normalize": false}""", new DotSettings { FirstAxis = 1, SecondAxis = 2 }),
        ("Merge", """{"mode": "concat", "concat_axis": 1, "dot_axes": -1, "mode_type": "raw", "output_shape": null, "output_mask": null, "arguments": {}}""", new ConcatenateSettings { Axis = 1 }),
        ("Merge", """{"mode": "sum"}""", new AddSettings()),
        ("Merge", """{"mode": "mul"}""", new MultiplySettings()),
        ("Merge", """{"mode": "ave"}""", new AverageSettings()),
        ("Merge", """{"mode": "max"}""", new MaximumSettings()),
        ("Merge", """{"mode": "dot", "dot_axes": [1, 2]}""", new DotSettings { FirstAxis = 1, SecondAxis = 2 }),
        ("AdditiveAttention", """{"use_scale": false, "causal": false, "dropout": 0.0}""", new AdditiveAttentionSettings { UseScale = false }),
        ("AdditiveAttention", """{"use_scale": true, "dropout": 0.0, "seed": null}""", new AdditiveAttentionSettings { UseScale = true }),
        ("Attention", """{"use_scale": true, "score_mode": "concat", "dropout": 0.25, "seed": null}""", new AttentionSettings { UseScale = true, ScoreMode = ScoreMode.Concat, Dropout = 0.25 }),
        ("Attention", """{"use_scale": false, "causal": false, "dropout": 0.0}""", new AttentionSettings()),
        ("Attention", """{"use_scale": false, "causal": true, "dropout": 0.0}""", new AttentionSettings { UseCausalMask = true }),
        // tf.keras repeats the shapes that it is called with; Keras 3 has put in the axis.
        ("MultiHeadAttention", $$"""{"num_heads": 2, "key_dim": 3, "value_dim": 4, "dropout": 0.25, "output_shape": null, "attention_axes": null, "query_shape": {"class_name": "TensorShape", "items": [null, null, 5]}, "key_shape": {"class_name": "TensorShape", "items": [null, null, 5]}, "value_shape": {"class_name": "TensorShape", "items": [null, null, 5]}, "softmax_robust_masking": false, {{Kernel}}}""", new MultiHeadAttentionSettings { NumHeads = 2, KeyDim = 3, ValueDim = 4, Dropout = 0.25 }),
        ("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3, "value_dim": null, "dropout": 0.0, "use_bias": false, "use_gate": false, "sliding_window": null, "output_shape": [7], "attention_axes": [1], "seed": null, "kernel_initializer": null, "bias_initializer": null}""", new MultiHeadAttentionSettings { NumHeads = 2, KeyDim = 3, ValueDim = 3, UseBias = false, OutputSize = 7 }),
    ];

    /// <summary>Keras's classes that become a layer of these settings.</summary>
    internal static IEnumerable<string> ClassesOf(Type settings) =>
        Known.Where(known => known.Expected.GetType() == settings).Select(known => known.Class).Distinct();

    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            for (var i = 0; i < Known.Length; i++)
            {
                cases.Add(i, Known[i].Class);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layer_of_Keras_becomes_the_layer_that_computes_the_same(int index, string kind)
    {
        var (_, config, expected) = Known[index];

        var settings = Read(kind, config);

        // Lists in records are compared by their elements.
        settings.Should().BeEquivalentTo(expected, options => options.RespectingRuntimeTypes().IncludingInternalProperties());
    }

    [Fact]
    public void Every_layer_that_files_hold_can_come_from_Keras()
    {
        var read = Known.Select(known => known.Expected.GetType()).Append(typeof(SequentialSettings)).Append(typeof(FunctionalSettings)).ToHashSet();
        // It is the library's own.
        var others = new[] { typeof(AttentionDecoderSettings) };

        var all = typeof(LayerSettings).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType);

        all.Except(others).Except(read).Should().BeEmpty();
    }

    [Fact]
    public void Hard_sigmoid_is_another_function_in_Keras_3()
    {
        const string Config = """{"activation": "hard_sigmoid"}""";

        Read("Activation", Config, "2.15.0").Should().Be(new ActivationSettings { Name = "it", Activation = Activation.HardSigmoid });
        Read("Activation", Config, "tfjs-layers 1.2.7").Should().Be(new ActivationSettings { Name = "it", Activation = Activation.HardSigmoid });
        Read("Activation", Config, "3.0.0").Should().Be(new ActivationSettings { Name = "it", Activation = Activation.HardSigmoidKeras3 });
    }

    [Fact]
    public void Penalties_on_weights_are_kept()
    {
        var dense = (DenseSettings)Read("Dense", """{"units": 3, "activation": "linear", "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.25, "l2": 0.5}}, "bias_regularizer": {"class_name": "L2", "config": {"l2": 0.125}}}""");
        var old = (DenseSettings)Read("Dense", """{"output_dim": 3, "activation": "linear", "W_regularizer": {"l2": 0.25, "name": "WeightRegularizer", "l1": 0.0}}""");

        (dense.KernelRegularizer!.L1Factor, dense.KernelRegularizer.L2Factor, dense.BiasRegularizer!.L2Factor).Should().Be((0.25, 0.5, 0.125));
        (old.KernelRegularizer!.L1Factor, old.KernelRegularizer.L2Factor).Should().Be((0, 0.25));
    }

    private const string Mend = ". Build the model in code with what the library has, and take over the weights by KerasFile.LoadWeights; or change the model in Keras and save it again.";

    [Theory]
    [InlineData("Lambda", """{"function": ["4wEAAAAAAAA=", null, null]}""", "a Lambda layer is Python code, which is never run")]
    [InlineData("ConvLSTM2D", "{}", "the library has no layer 'ConvLSTM2D'")]
    [InlineData("Dense", """{"units": 3, "activation": "snake"}""", "its 'activation' is 'snake', which the library does not have")]
    [InlineData("Dense", """{"units": 3, "activation": {"class_name": "ReLU", "config": {}}}""", "its 'activation' is an object of the class 'ReLU', and only functions of Keras are read")]
    [InlineData("Dense", """{"units": 3, "activation": "relu", "use_sparsity": 0.5}""", "there is the key 'use_sparsity', 0.5, which this reader does not know and which may change what the layer computes")]
    [InlineData("Dense", """{"units": 3, "activation": "relu", "dtype": "mixed_float16"}""", "its 'dtype' is \"mixed_float16\", and only float32 is read")]
    [InlineData("Conv1D", """{"filters": 3, "kernel_size": [4], "dilation_rate": [2], "activation": "relu"}""", "its 'dilation_rate' is not 1")]
    [InlineData("Flatten", """{"data_format": "channels_first"}""", "'data_format' is \"channels_first\", and only channels_last is read")]
    [InlineData("LayerNormalization", """{"axis": [1], "epsilon": 0.001}""", "'axis' is [1], and only the last axis (-1) is read")]
    [InlineData("LayerNormalization", """{"axis": -1, "epsilon": 0.001, "rms_scaling": true}""", "'rms_scaling' is true, and only false is read")]
    [InlineData("LSTM", """{"units": 3, "activation": "tanh", "recurrent_activation": "sigmoid", "time_major": true}""", "'time_major' is true, and only false is read")]
    [InlineData("ReLU", """{"max_value": 6.0}""", "its 'max_value' is 6, and only null is read")]
    [InlineData("Bidirectional", """{"merge_mode": null, "layer": {"class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "a"}}}""", "its 'merge_mode' is null, which has two outputs")]
    [InlineData("Merge", """{"mode": "cos", "mode_type": "raw"}""", "its 'mode' is 'cos', and sum, mul, ave, max, concat and dot are read")]
    [InlineData("Merge", """{"mode": "sum", "mode_type": "lambda"}""", "'mode_type' is \"lambda\", and only raw is read")]
    [InlineData("AdditiveAttention", """{"use_scale": true, "causal": true}""", "'causal' is true, and only false is read")]
    [InlineData("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3, "output_shape": [3, 4]}""", "its 'output_shape' is [3,4], and one number is read")]
    [InlineData("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3, "attention_axes": [1, 2]}""", "'attention_axes' is [1,2], and only the axis of the steps (1) is read")]
    [InlineData("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3, "use_gate": true}""", "'use_gate' is true, and only false is read")]
    [InlineData("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3, "sliding_window": 4}""", "'sliding_window' is 4, and only null is read")]
    [InlineData("Permute", """{"dims": [2, 1]}""", "the library has no layer 'Permute' that changes the order of axes")]
    public void What_is_not_known_is_refused_by_name_and_place(string kind, string config, string why) =>
        Errors.Expect<NotSupportedException>(() => Read(kind, config), $"model.h5: layer 4 'it' ({kind}): {why}{Mend}");

    [Theory]
    [InlineData("LSTM", """{"units": 3, "activation": "tanh"}""", "there is no 'recurrent_activation'")]
    [InlineData("Dense", """{"units": "three", "activation": "tanh"}""", "'units' is \"three\", expected a whole number")]
    [InlineData("Conv2D", """{"filters": 3, "kernel_size": [1, 2, 3], "activation": "tanh"}""", "'kernel_size' is [1,2,3], expected 2 whole numbers")]
    public void What_Keras_never_writes_is_damage(string kind, string config, string why) =>
        Errors.Expect<InvalidDataException>(
            () => Read(kind, config), $"model.h5: layer 4 'it' ({kind}): {why}. The file is damaged, or nothing that Keras wrote.");

    [Fact]
    public void Masked_steps_that_are_something_else_in_Keras_are_refused_only_where_they_are_read()
    {
        const string Both = """{"merge_mode": "concat", "layer": {"class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "a", "return_sequences": true}}}""";
        const string Last = """{"units": 3, "activation": "tanh"}""";

        // From TensorFlow 2.2 on they are zero, as here; before they repeat the output.
        ReadAll("2.4.0", ("Masking", """{"mask_value": 0.0}"""), ("Bidirectional", Both), ("Flatten", "{}"));
        ReadAll("2.2.4", ("Bidirectional", Both), ("Flatten", "{}"));
        ReadAll("2.2.4", ("Masking", """{"mask_value": 0.0}"""), ("Bidirectional", Both), ("SimpleRNN", Last), ("RepeatVector", """{"n": 2}"""));
        Errors.Expect<NotSupportedException>(
            () => ReadAll("2.2.4", ("Masking", """{"mask_value": 0.0}"""), ("Bidirectional", Both), ("Flatten", "{}")),
            "model.h5: layer 4 'it' (Flatten): it reads masked steps: layer 4 'it' (Bidirectional) repeats the output before there in Keras "
                + $"2.2.4, and is zero here{Mend}");
        Errors.Expect<NotSupportedException>(
            () => ReadAll("3.0.0", ("Masking", """{"mask_value": 0.0}"""), ("SimpleRNN", """{"units": 3, "activation": "tanh", "return_sequences": true, "zero_output_for_mask": true}""")),
            "model.h5: the model: it returns masked steps: layer 4 'it' (SimpleRNN) gives zeros there (zero_output_for_mask), and here the "
                + $"output before{Mend}");
    }

    [Theory]
    [InlineData("LSTM", """{"units": 3, "activation": "tanh", "recurrent_activation": "sigmoid"}""")]
    [InlineData("Bidirectional", """{"merge_mode": "sum", "layer": {"class_name": "SimpleRNN", "config": {"units": 3, "activation": "tanh", "name": "a"}}}""")]
    [InlineData("GlobalAveragePooling1D", "{}")]
    [InlineData("Attention", """{"use_scale": false}""")]
    [InlineData("MultiHeadAttention", """{"num_heads": 2, "key_dim": 3}""")]
    public void Where_a_mask_ends_in_Keras_and_goes_on_here_the_next_that_asks_for_it_is_refused(string kind, string config)
    {
        (string, string) masking = ("Masking", """{"mask_value": 0.0}"""), rnn = ("SimpleRNN", """{"units": 3, "activation": "tanh", "return_sequences": true}""");
        (string, string) dense = ("Dense", """{"units": 3, "activation": "linear"}""");

        ReadAll("3.15.1", masking, rnn, dense, (kind, config));
        ReadAll("3.16.0", rnn, dense, (kind, config));
        ReadAll("3.16.0", masking, dense, (kind, config));
        ReadAll("3.16.0", masking, rnn, dense);
        Errors.Expect<NotSupportedException>(
            () => ReadAll("3.16.0", masking, rnn, dense, (kind, config)),
            $"model.h5: layer 4 'it' ({kind}): it gets a mask here, and in Keras 3.16.0 layer 4 'it' (SimpleRNN) ends masks{Mend}");
    }

    private static LayerSettings Read(string kind, string config, string version = "2.4.0") => ReadAll(version, (kind, config))[0];

    private static List<LayerSettings> ReadAll(string version, params (string Class, string Config)[] layers)
    {
        var reader = new KerasLayers(new KerasVersion(version, false), []);
        var settings = layers.Select(layer =>
        {
            using var json = JsonDocument.Parse(new KerasLayer(layer.Class, "it", layer.Config).Json().ToJsonString());
            return reader.Read(new KerasPart(json.RootElement.Clone(), "model.h5", "layer 4"), 3)!;
        }).ToList();
        var steps = settings.Aggregate(MaskedSteps.None, (before, layer) => layer is MergeSettings ? before : reader.Masks.Through(layer, [before], ["x"])[0]);
        using var model = JsonDocument.Parse("{}");
        reader.End(new KerasPart(model.RootElement, "model.h5", "the model"), steps);
        return settings.Count > 1 ? settings : [settings[0] with { Name = version == "2.4.0" ? null : settings[0].Name }];
    }
}
