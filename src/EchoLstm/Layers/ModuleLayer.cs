using System.Runtime.InteropServices;
using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// Any TorchSharp module as a layer; it comes with its weights, and its output shape is found by a trial run. A model wraps the modules
/// that it is given by itself; wrap one yourself to give it a name, to freeze it, or to say that it is <see cref="Stepwise"/>.
/// </summary>
/// <example><code>
/// using var model = new SequentialModel(new Lstm(8, returnSequences: true), new ModuleLayer(myModule) { Stepwise = true });
/// </code></example>
public sealed class ModuleLayer : Layer
{
    private readonly nn.Module<Tensor, Tensor> _module;
    private readonly string[] _names;

    /// <summary>Wraps a module.</summary>
    /// <param name="module">The module; it belongs to this layer from now on.</param>
    /// <exception cref="ArgumentException">It is a layer already, or has too many layers inside each other.</exception>
    public ModuleLayer(nn.Module<Tensor, Tensor> module)
        : base(new ModuleSettings(NameOf(module)) { IsStepwise = StepwiseModules.Contains(module) })
    {
        if (module is Layer layer)
        {
            throw new ArgumentException($"{layer.Title} is a layer already. Use it as it is.", nameof(module));
        }
        Nesting.Check(module, Title, nameof(module));
        _module = module;
        _names = [.. Nesting.NamedParameters(module).Select(named => named.Name)];
        register_module("module", module);
    }

    /// <summary>
    /// Whether the module computes each time step of (samples, time steps, ...) from that step alone, as a Linear does and a Conv1d does
    /// not. Such a module can run step by step in a stream, and needs no number of time steps at Build.
    /// </summary>
    /// <value>true for TorchSharp's Linear, Dropout, LayerNorm over the last axis, activations, and a Sequential of these; else
    /// false</value>
    public bool Stepwise
    {
        get => Settings.IsStepwise;
        init => Change(Settings with { IsStepwise = value });
    }

    internal new ModuleSettings Settings => (ModuleSettings)base.Settings;

    internal IEnumerable<Layer> LayersInside => Outermost(_module);

    internal override IReadOnlyList<LayerWeight> Weights =>
    [
        .. Nesting.NamedParameters(_module)
            .Select(named => new LayerWeight(named.Name, () => _module.get_parameter(named.Name)!, parameter => parameter.alias())),
        .. _module.named_buffers()
            .Select(named => new LayerWeight(named.name, () => _module.get_buffer(named.name)!, buffer => buffer.alias())),
    ];

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ThrowIfDisposed();
        if (Stepwise && inputShape.Rank > 2 && inputShape[1] is null)
        {
            return OutputShape(inputShape.With(1, 1)).With(1, null);
        }
        if (inputShape.Rank == 0 || inputShape.Skip(1).Any(length => length is null))
        {
            throw new ShapeMismatchException(
                $"{Title} is a TorchSharp module, whose output shape is found by running it, so it needs every length but that of the "
                    + $"samples; received {inputShape}. Give the lengths at Build.",
                "(samples, ...) with every length known",
                inputShape.ToString());
        }
        try
        {
            using var scope = NewDisposeScope();
            using var withoutGradients = no_grad();
            return new Shape([inputShape[0], .. Shape.Of(Trial(inputShape)).Skip(1)]);
        }
        catch (Exception error) when (error is ExternalException || IsTorchSharps(error))
        {
            var hint = _module is TorchSharp.Modules.Conv1d or TorchSharp.Modules.Conv2d
                ? " TorchSharp's convolutions have the channels behind the samples; Conv1D and Conv2D of this library have them last, "
                    + "where the data has them."
                : "";
            throw new ShapeMismatchException(
                $"{Title} can't take input of shape {inputShape}: {TensorCheck.Words(error)}{hint}",
                "as the module wants it",
                inputShape.ToString(),
                error);
        }
    }

    // What a user's own module throws is the user's.
    private static bool IsTorchSharps(Exception error) =>
        error is ArgumentException && error.TargetSite?.DeclaringType?.Assembly == typeof(nn).Assembly;

    /// <summary>Throws where the module computes with parameters that are none of the model's: a gradient that reaches the output though
    /// all of those are frozen comes from elsewhere.</summary>
    /// <param name="known">The parameters of the whole model, which may share some with the module.</param>
    internal void ThrowIfItHidesParameters(IEnumerable<TorchSharp.Modules.Parameter> known)
    {
        if (_module.modules().OfType<IStateful>().Any(layer => layer.Stateful))
        {
            return; // a trial would move the state on
        }
        var trained = known.Where(parameter => parameter.requires_grad).ToList();
        using var scope = NewDisposeScope();
        using var withGradients = enable_grad();
        try
        {
            trained.ForEach(parameter => parameter.requires_grad = false);
            if (Trial(InputShape![1] is null ? InputShape.With(1, 1) : InputShape).requires_grad)
            {
                throw new InvalidOperationException(
                    $"{Title} computes with parameters that its module has not registered, so that nothing would train or save them. Call "
                        + "RegisterComponents at the end of the module's constructor, and hold its parts in fields or a ModuleList, not in "
                        + "properties, arrays or lists.");
            }
        }
        finally
        {
            trained.ForEach(parameter => parameter.requires_grad = true);
        }
    }

    /// <summary>What the module makes of one sample of zeros; in the caller's dispose scope.</summary>
    private Tensor Trial(Shape inputShape)
    {
        var wasTraining = _module.training;
        _module.eval();
        try
        {
            var model = Nesting.Parameters(_module).FirstOrDefault();
            long[] trial = [1, .. inputShape.Skip(1).Select(length => length!.Value)];
            return _module.forward(zeros(trial, dtype: model?.dtype, device: model?.device));
        }
        finally
        {
            _module.train(wasTraining);
        }
    }

    // A module's list leaves out what is disposed. What comes behind may have another type: the module may convert.
    internal override void CheckWeights(ref Layer? before)
    {
        base.CheckWeights(ref before);
        ObjectDisposedException.ThrowIf(_names.Except(Nesting.NamedParameters(_module).Select(named => named.Name)).Any(), _module);
        before = null;
    }

    internal override Activation? OutputActivation => _module switch
    {
        TorchSharp.Modules.Linear => Activation.Linear,
        TorchSharp.Modules.Sigmoid => Activation.Sigmoid,
        TorchSharp.Modules.Tanh => Activation.Tanh,
        TorchSharp.Modules.ReLU => Activation.Relu,
        TorchSharp.Modules.Softmax => Activation.Softmax,
        _ => null,
    };

    // Logarithms of probabilities are none.
    internal override bool? EndsIn(Activation activation) => OutputActivation is { } own ? own == activation
        : _module is TorchSharp.Modules.LogSoftmax or TorchSharp.Modules.LogSigmoid ? false
        : null;

    internal override bool ReadsScale => _module is TorchSharp.Modules.Linear;

    // The module may compute with any tensor that there is.
    internal override void CheckTensor(Tensor tensor, string name, Layer owner) => TensorCheck.Alive(tensor, name, owner);

    private protected override void CheckInput(Shape inputShape)
    {
        // The module checks what it gets.
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        if (mask is not null)
        {
            throw new InvalidOperationException($"{Title} is a TorchSharp module and would not see which time steps are masked. Wrap it in "
                + "TimeDistributed to apply it to each step, or put it behind a layer that returns its last step alone.");
        }
        if (training && IsFrozen)
        {
            SetNorms(training: false);
        }
        if (training && !IsFrozen && StepMasks.SamplesOf(input) is not null && _module.modules().Prepend(_module).OfType<NormBase>().Any())
        {
            throw new InvalidOperationException($"{Title} is a TorchSharp module that would count masked time steps in its statistics. Use "
                + "BatchNormalization, which leaves them out.");
        }
        var output = _module.call(input);
        return ReferenceEquals(output, input) ? input.alias() : output;
    }

    private protected override void AfterThaw() => SetNorms(training);

    // A frozen one neither moves its statistics nor uses the batch's.
    private void SetNorms(bool training)
    {
        foreach (var norm in _module.modules().Prepend(_module).OfType<NormBase>())
        {
            norm.train(training);
        }
    }

    private static IEnumerable<Layer> Outermost(nn.Module module) =>
        module.children().SelectMany(child => child is Layer layer ? [layer] : Outermost(child)).Distinct();

    private static string NameOf(nn.Module<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.GetName();
    }
}
