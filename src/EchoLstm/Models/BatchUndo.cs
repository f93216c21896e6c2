using System.Diagnostics.CodeAnalysis;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>
/// What a training step moves on beside the weights: carried states, what dropout draws from, and running statistics. Where the step is
/// refused or diverges they are put back.
/// </summary>
internal sealed class BatchUndo : IDisposable
{
    private readonly Model _model;
    private readonly IStateful[] _stateful;
    private readonly SeededRandom[] _generators, _draws; // as they are, and as they were
    private readonly bool _hasBuffers, _hasModules;
    private IDisposable?[] _states = [];
    private Dictionary<string, Tensor> _buffers = [];
    private Tensor? _torchDraws; // TorchSharp's own dropout draws from Torch's generator

    internal BatchUndo(Model model)
    {
        var layers = model.modules().OfType<Layer>().ToList();
        _model = model;
        _stateful = [.. layers.OfType<IStateful>().Where(layer => layer.Stateful)];
        _generators = [.. layers.Prepend(model).Select(layer => layer.Generator).OfType<SeededRandom>().Distinct()];
        _draws = [.. _generators.Select(_ => new SeededRandom(0))];
        _hasModules = layers.OfType<ModuleLayer>().Any();
        _hasBuffers = model.buffers().Any();
    }

    /// <param name="withStates">Whether the step changes states before it is known to be good.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "Torch's generator is put back where the program had it.")]
    internal void Remember(bool withStates)
    {
        if (_hasModules)
        {
            _torchDraws?.Dispose();
            _torchDraws = get_rng_state().DetachFromDisposeScope();
        }
        for (var i = 0; i < _generators.Length; i++)
        {
            _draws[i].SetTo(_generators[i]);
        }
        if (withStates && _stateful.Length > 0)
        {
            Forget(_states);
            _states = [.. _stateful.Select(layer => layer.CopyState())];
        }
        if (_hasBuffers)
        {
            Forget(_buffers.Values);
            _buffers = _model.named_buffers().ToDictionary(named => named.name, named => named.buffer.clone().DetachFromDisposeScope());
        }
    }

    /// <summary>Puts back what was remembered; once.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "Torch's generator is put back where the program had it.")]
    internal void PutBack()
    {
        if (_torchDraws is not null)
        {
            set_rng_state(_torchDraws);
        }
        for (var i = 0; i < _generators.Length; i++)
        {
            _generators[i].SetTo(_draws[i]);
        }
        for (var i = 0; i < _states.Length; i++)
        {
            _stateful[i].PutState(_states[i]);
        }
        _states = [];
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        foreach (var (name, buffer) in _buffers.Count == 0 ? [] : _model.named_buffers())
        {
            buffer.copy_(_buffers[name]);
        }
    }

    /// <summary>Looks for the first layer whose output for a batch is not finite, and leaves everything as it is; null for none.</summary>
    internal Layer? FirstNotFinite(Tensor[] inputs)
    {
        Remember(withStates: true);
        try
        {
            return _model.FirstNotFinite(inputs);
        }
        finally
        {
            PutBack();
        }
    }

    /// <summary>Puts back running statistics that a batch made infinite although its loss is not: they would stay so.</summary>
    internal void KeepFinite()
    {
        if (!_hasBuffers)
        {
            return;
        }
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        foreach (var (name, buffer) in _model.named_buffers())
        {
            if (buffer.is_floating_point() && !buffer.isfinite().all().item<bool>() && _buffers[name].isfinite().all().item<bool>())
            {
                buffer.copy_(_buffers[name]);
            }
        }
    }

    /// <summary>Forgets states from which nothing could go on; the layers that had one.</summary>
    internal IReadOnlyList<IStateful> ForgetNotFinite() => [.. _stateful.Where(layer => layer.ForgetUnlessFinite())];

    public void Dispose()
    {
        Forget(_states);
        Forget(_buffers.Values);
        _torchDraws?.Dispose();
    }

    private static void Forget(IEnumerable<IDisposable?> kept)
    {
        foreach (var one in kept)
        {
            one?.Dispose();
        }
    }
}
