using EchoLstm.Tests.Layers;
using Module = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EchoLstm.Tests.Hunt;

/// <summary>Layers with any of their options, right and wrong; wrappers, models and TorchSharp's modules among them.</summary>
internal static class DrawnLayers
{
    private const int Deepest = 2;

    internal static Recipe<Module> Any(Draw draw, int depth = 0)
    {
        var options = new Options(draw);
        return draw.Below(depth < Deepest ? 29 : 25) switch
        {
            < 5 => Recurrent(draw),
            < 9 => Dense(options),
            9 => Conv1D(options),
            10 => Pooling(options),
            11 => Of(options, options.Share("rate", 1), rate => new Dropout(rate)),
            12 => Of(options, options.Activation(null), activation => new ActivationLayer(activation)),
            13 => Of(options, options.Size(), n => new RepeatVector(n)),
            14 => Of(options, options.Write(null, draw.Of<long[]>([-1], [2, -1], [-1, 2], [3, 1], [0], [-1, -1], [])), target =>
                new Reshape(target)),
            15 => new("new Flatten()", () => new Flatten()),
            16 => Of(options, options.Write(null, draw.Of(0, -1, 0.5, double.NaN)), value => new Masking(value)),
            17 => Attention(draw, options),
            18 or 19 => TorchModule(draw),
            20 => Normalization(draw, options),
            21 => Rectifier(draw, options),
            22 => Noise(draw, options),
            23 => Steps(draw, options),
            24 => Picture(draw, options),
            25 => Wrapped("new TimeDistributed", Any(draw, depth + 1), inner => new TimeDistributed(inner)),
            26 or 27 => Bidirectional(draw),
            _ => Model(draw, depth + 1),
        };
    }

    /// <summary>A layer that merges several.</summary>
    internal static Recipe<Module> Merging(Draw draw)
    {
        var options = new Options(draw);
        return draw.Below(10) switch
        {
            0 => new("new Add()", () => new Add()),
            1 => new("new Subtract()", () => new Subtract()),
            2 => new("new Multiply()", () => new Multiply()),
            3 => new("new Average()", () => new Average()),
            4 => new("new Maximum()", () => new Maximum()),
            5 => new("new Minimum()", () => new Minimum()),
            6 => Of(options, options.Write(null, draw.Of(-1, 1, 2, 0, -2, 7)), axis => new Dot(axis)),
            7 => Of(options, options.Flag("normalize", 0.5), cosines => new Dot(2, 1, cosines)),
            8 => Of(options, options.Write(null, draw.Of(-1, -1, 1, 2, 0, 7)), axis => new Concatenate(axis)),
            _ => Of(options, options.Flag("useScale", 0.3, usual: true), scaled => new AdditiveAttention(scaled)),
        };
    }

    /// <summary>An Embedding: what may begin a model, and reads classes.</summary>
    internal static Recipe<Module> Embedding(Draw draw, int classes)
    {
        var options = new Options(draw);
        var (inputs, outputs, masks) = (options.Write(null, draw.Mostly(classes, 1, 0, -1)), options.Size(), options.Flag("maskZero"));
        return options.Recipe<Module>("new Embedding", () => new Embedding(inputs, outputs, masks));
    }

    internal static Recipe<Module> Recurrent(Draw draw)
    {
        var options = new Options(draw);
        var (units, sequences, stateful, backwards) = (options.Size(), options.Flag("returnSequences", 0.5), options.Flag("stateful"),
            options.Flag("goBackwards", 0.1));
        var (activation, bias) = (options.Activation("activation", Activation.Tanh), options.Flag("useBias", 0.1, usual: true));
        var (dropout, recurrentDropout) = (options.Share("dropout"), options.Share("recurrentDropout"));
        var (kernel, recurrent) = (options.Regularizer("KernelRegularizer"), options.Regularizer("RecurrentRegularizer"));
        if (draw.Chance(0.15))
        {
            return options.Recipe<Module>("new SimpleRnn", () =>
                new SimpleRnn(units, sequences, stateful, backwards, activation, bias, dropout, recurrentDropout)
            {
                KernelRegularizer = kernel,
                RecurrentRegularizer = recurrent,
            });
        }
        var gates = options.Activation("recurrentActivation", Activation.Sigmoid);
        if (draw.Chance(0.25))
        {
            var resetAfter = options.Flag("resetAfter", 0.3, usual: true);
            return options.Recipe<Module>("new Gru", () =>
                new Gru(units, sequences, stateful, backwards, activation, gates, bias, resetAfter, dropout, recurrentDropout)
            {
                KernelRegularizer = kernel,
                RecurrentRegularizer = recurrent,
            });
        }
        var (state, fused) = (options.Flag("returnState"), options.Flag("UsesFusedKernel", 0.15, usual: true));
        int? checkpoint = draw.Chance(0.1) ? options.Write("CheckpointSteps", draw.Mostly(draw.Between(1, 4), 0)) : null;
        return options.Recipe<Module>("new Lstm", () =>
            new Lstm(units, sequences, state, stateful, backwards, activation, gates, bias, dropout: dropout,
                recurrentDropout: recurrentDropout)
            {
                UsesFusedKernel = fused,
                CheckpointSteps = checkpoint,
                KernelRegularizer = kernel,
                RecurrentRegularizer = recurrent,
            });
    }

    private static Recipe<Module> Dense(Options options)
    {
        var (units, activation, bias, regularizer) = (options.Size(), options.Activation("activation"),
            options.Flag("useBias", 0.1, usual: true), options.Regularizer("KernelRegularizer"));
        return options.Recipe<Module>("new Dense", () => new Dense(units, activation, bias) { KernelRegularizer = regularizer });
    }

    private static Recipe<Module> Conv1D(Options options)
    {
        var (filters, kernel, strides) = (options.Size(), options.Size("kernelSize", 3), options.Size("strides", 2));
        var (padding, activation) = (options.Choice("padding", 0.6, StepPadding.Valid), options.Activation("activation"));
        return options.Recipe<Module>("new Conv1D", () => new Conv1D(filters, kernel, strides, padding, activation));
    }

    private static Recipe<Module> Pooling(Options options)
    {
        var (size, strides, padding) = (options.Size(most: 3), options.Size("strides", 2),
            options.Choice("padding", 0.5, StepPadding.Valid));
        return options.Recipe<Module>("new MaxPooling1D", () => new MaxPooling1D(size, strides, padding));
    }

    private static Recipe<Module> Normalization(Draw draw, Options options)
    {
        var (center, scale) = (options.Flag("center", 0.2, usual: true), options.Flag("scale", 0.2, usual: true));
        if (draw.Chance(0.5))
        {
            return options.Recipe<Module>("new LayerNormalization", () => new LayerNormalization(center: center, scale: scale));
        }
        var momentum = options.Write("momentum", draw.Mostly(draw.Of(0.5, 0.99), -1, 2));
        return options.Recipe<Module>("new BatchNormalization", () => new BatchNormalization(momentum, center: center, scale: scale));
    }

    private static Recipe<Module> Rectifier(Draw draw, Options options) => draw.Below(3) switch
    {
        0 => Of(options, options.Write(null, draw.Mostly(0.3, -1, double.NaN)), slope => new LeakyRelu(slope)),
        1 => Of(options, options.Write(null, draw.Mostly(0.5, -1, double.NaN)), alpha => new Elu(alpha)),
        _ => Of(options, options.Write(null, draw.Of(0, 1, 2)), axis => new PRelu(axis == 0 ? [] : [axis])),
    };

    private static Recipe<Module> Noise(Draw draw, Options options) => draw.Chance(0.5)
        ? Of(options, options.Share("rate", 1), rate => new SpatialDropout1D(rate))
        : Of(options, options.Write(null, draw.Mostly(0.1, -1, double.NaN)), stddev => new GaussianNoise(stddev));

    private static Recipe<Module> Steps(Draw draw, Options options) => draw.Below(6) switch
    {
        0 => Of(options, options.Size(), size => new UpSampling1D(size)),
        1 => Of(options, options.Size(), before => new ZeroPadding1D(before)),
        2 => Of(options, options.Size(most: 2), before => new Cropping1D(before)),
        3 => Of(options, options.Size(most: 3), size => new AveragePooling1D(size)),
        4 => Of(options, options.Flag("keepdims"), keepdims => new GlobalAveragePooling1D(keepdims)),
        _ => Of(options, options.Flag("keepdims"), keepdims => new GlobalMaxPooling1D(keepdims)),
    };

    private static Recipe<Module> Picture(Draw draw, Options options)
    {
        var (size, padding) = (options.Size(most: 3), options.Choice("padding", 0.5, StepPadding.Valid));
        return draw.Below(5) switch
        {
            0 or 1 => options.Recipe<Module>("new Conv2D of 2 filters, Size2D", () => new Conv2D(2, new Size2D(size, 1), padding: padding)),
            2 => options.Recipe<Module>("new MaxPooling2D", () => new MaxPooling2D(size, padding: padding)),
            3 => options.Recipe<Module>("new AveragePooling2D", () => new AveragePooling2D(size, padding: padding)),
            _ when draw.Chance(0.5) => new("new GlobalMaxPooling2D()", () => new GlobalMaxPooling2D()),
            _ => new("new GlobalAveragePooling2D()", () => new GlobalAveragePooling2D()),
        };
    }

    private static Recipe<Module> Attention(Draw draw, Options options)
    {
        switch (draw.Below(5))
        {
            case 0:
                return Of(options, options.Flag("useScale", 0.3, usual: true), scaled => new AdditiveAttention(scaled));
            case 1:
                var (mode, causal) = (options.Choice("scoreMode", 0.5, ScoreMode.Dot), options.Flag("useCausalMask"));
                return options.Recipe<Module>("new Attention", () => new Attention(scoreMode: mode, useCausalMask: causal));
            case 2:
                var (heads, size, rate) = (options.Size("heads"), options.Size("keySize"), options.Share("dropout", 0.3));
                return options.Recipe<Module>("new MultiHeadAttention", () => new MultiHeadAttention(heads, size, dropout: rate));
        }
        var (units, steps) = (options.Size(), options.Size("steps"));
        return options.Recipe<Module>("new AttentionDecoder", () => new AttentionDecoder(units, steps));
    }

    internal static Recipe<Module> Bidirectional(Draw draw)
    {
        var (inner, mode) = (Recurrent(draw), new Options(draw).Choice("mode", 0.7, MergeMode.Concat));
        return new($"new Bidirectional({inner}, {mode})", () => new Bidirectional((RecurrentLayer)inner.Make(), mode));
    }

    private static Recipe<Module> Model(Draw draw, int depth)
    {
        var layers = Enumerable.Range(0, draw.Between(1, 2)).Select(_ => Any(draw, depth)).ToList();
        var text = string.Join(", ", layers);
        return new($"new SequentialModel({text})", () => new SequentialModel([.. layers.Select(layer => layer.Make())]));
    }

    private static Recipe<Module> TorchModule(Draw draw)
    {
        var (inputs, outputs) = (draw.Between(1, 3), draw.Between(1, 4));
        return draw.Below(9) switch
        {
            0 or 1 => new($"nn.Linear({inputs}, {outputs})", () => nn.Linear(inputs, outputs)),
            2 => new($"nn.Conv1d({inputs}, {outputs}, 2)", () => nn.Conv1d(inputs, outputs, 2)),
            3 => new($"nn.BatchNorm1d({inputs})", () => nn.BatchNorm1d(inputs)),
            4 => new("nn.ReLU()", () => nn.ReLU()),
            5 => new("nn.Identity()", () => nn.Identity()),
            6 => new($"new GatedLinear({inputs}, {outputs})", () => new GatedLinear(inputs, outputs)),
            7 => new($"nn.Linear({inputs}, {outputs}, dtype: float64)", () => nn.Linear(inputs, outputs, dtype: ScalarType.Float64)),
            _ => Faulty(draw.Of(Enum.GetValues<Fault>())),
        };
    }

    private static Recipe<Module> Faulty(Fault fault) => new($"new FaultyModule({fault})", () => new FaultyModule(fault));

    private static Recipe<Module> Wrapped(string name, Recipe<Module> inner, Func<Module, Module> make) =>
        new($"{name}({inner})", () => make(inner.Make()));

    private static Recipe<Module> Of<T, TLayer>(Options options, T drawn, Func<T, TLayer> make)
        where TLayer : Module =>
        options.Recipe<Module>($"new {typeof(TLayer).Name}", () => make(drawn));
}
