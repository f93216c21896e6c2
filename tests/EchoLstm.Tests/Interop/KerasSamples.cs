namespace EchoLstm.Tests.Interop;

/// <summary>A model of the library and the same as Keras would write it, with its weights.</summary>
internal static class KerasSamples
{
    private const string Recurrent = """
        "trainable": true, "dtype": "float32", "return_state": false, "stateful": false, "unroll": false, "implementation": 1, "use_bias": true,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}, "recurrent_initializer": null, "bias_initializer": null,
        "kernel_regularizer": null, "recurrent_regularizer": null, "bias_regularizer": null, "activity_regularizer": null,
        "kernel_constraint": null, "recurrent_constraint": null, "bias_constraint": null, "dropout": 0.0, "recurrent_dropout": 0.0
        """;

    internal static string LstmConfig(int units, string extra) =>
        $$"""{ {{Recurrent}}, "units": {{units}}, "activation": "tanh", "unit_forget_bias": true, {{extra}} }""";

    internal static string GruConfig(int units, string extra) => $$"""{ {{Recurrent}}, "units": {{units}}, "activation": "tanh", {{extra}} }""";

    internal static string DenseConfig(int units, string activation, string extra = "\"trainable\": true") =>
        $$"""{"units": {{units}}, "activation": "{{activation}}", "use_bias": true, {{extra}}}""";

    /// <summary>Layers of several kinds, two of one class among them, on sequences of 3 features of any length.</summary>
    internal static SequentialModel Model(bool isKeras3 = false)
    {
        var hard = isKeras3 ? Activation.HardSigmoidKeras3 : Activation.HardSigmoid;
        var model = new SequentialModel(
            new Lstm(4, returnSequences: true, recurrentActivation: hard) { Name = "first" },
            new Dropout(0.25) { Name = "drop" },
            new Bidirectional(new Gru(3, returnSequences: true, resetAfter: false), MergeMode.Sum) { Name = "both" },
            new Lstm(5) { Name = "second" },
            new BatchNormalization { Name = "norm" },
            new Dense(2, Activation.Softmax) { Name = "last" })
        {
            Seed = 3,
        };
        model.Build(-1, 3);
        // Nothing that could be mistaken for its neighbour.
        model.SetWeights([.. model.GetWeights().Select((weight, i) => Numbers.Shaped(
            [.. Enumerable.Range(0, weight.Length).Select(j => (float)(0.3 + (0.6 * Math.Sin((1.7 * i) + (2.3 * j)))))],
            [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);
        return model;
    }

    internal static KerasLayer[] Layers(SequentialModel model) =>
    [
        new("LSTM", "first", LstmConfig(4, "\"recurrent_activation\": \"hard_sigmoid\", \"return_sequences\": true, \"batch_input_shape\": [null, null, 3]"),
            [.. Arrays(model, 0, "kernel", "recurrent_kernel", "bias")]),
        new("Dropout", "drop", """{"rate": 0.25, "noise_shape": null, "seed": null, "trainable": true}"""),
        new("Bidirectional", "both", $$"""
            {"trainable": true, "merge_mode": "sum", "layer": {"class_name": "GRU", "config": {{GruConfig(3,
                "\"name\": \"gru_1\", \"recurrent_activation\": \"sigmoid\", \"return_sequences\": true")}} } }
            """,
            [.. Arrays(model, 2, "forward_gru/kernel", "forward_gru/recurrent_kernel", "forward_gru/bias", "backward_gru/kernel", "backward_gru/recurrent_kernel", "backward_gru/bias")]),
        new("LSTM", "second", LstmConfig(5, "\"recurrent_activation\": \"sigmoid\", \"return_sequences\": false"),
            [.. Arrays(model, 3, "kernel", "recurrent_kernel", "bias")]),
        new("BatchNormalization", "norm", """{"axis": [1], "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true, "trainable": true}""",
            [.. Arrays(model, 4, "gamma", "beta", "moving_mean", "moving_variance")]),
        new("Dense", "last", DenseConfig(2, "softmax"), [.. Arrays(model, 5, "kernel", "bias")]),
    ];

    internal static IEnumerable<KerasArray> Arrays(SequentialModel model, int layer, params string[] names) =>
        model.Layers[layer].GetWeights().Zip(names, (weight, name) => KerasArray.Of(name, weight));

}
