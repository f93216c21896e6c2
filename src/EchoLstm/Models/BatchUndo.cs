using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>
/// What a training step moves on beside the weights: carried states, what dropout draws from, and running statistics. Where the step is
/// refused or diverges they are put back.
/// </summary>
internal sealed class BatchUndo(Model model) : IDisposable
{
    private readonly IReadOnlyList<IStateful> _stateful = model.StatefulLayers;
    private readonly SeededRandom[] _generators = Generators(model);
    private readonly SeededRandom[] _draws = [.. Generators(model).Select(_ => new SeededRandom(0))];
    private readonly bool _hasBuffers = model.buffers().Any();
    private IDisposable?[] _states = [];
    private Dictionary<string, Tensor> _buffers = [];

    /// <summary>Remembers how things stand before a step.</summary>
    /// <param name="withStates">Whether the step changes states before it is known to be good.</param>
    internal void Remember(bool withStates)
    {
        for (var i = 0; i < _generators.Length; i++)
        {
            _draws[i].SetTo(_generators[i]);
        }
        if (withStates && _stateful.Count > 0)
        {
            Forget(_states);
            _states = [.. _stateful.Select(layer => layer.CopyState())];
        }
        if (_hasBuffers)
        {
            Forget(_buffers.Values);
            _buffers = model.named_buffers().ToDictionary(named => named.name, named => named.buffer.clone().DetachFromDisposeScope());
        }
    }

    /// <summary>Puts back what was remembered; once.</summary>
    internal void PutBack()
    {
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
        foreach (var (name, buffer) in _buffers.Count == 0 ? [] : model.named_buffers())
        {
            buffer.copy_(_buffers[name]);
        }
    }

    /// <summary>Looks for the first layer whose output for a batch is not finite, and leaves everything as it is; null for none.</summary>
    internal Layer? FirstNotFinite(Tensor inputs)
    {
        Remember(withStates: true);
        // TorchSharp's own dropout draws from Torch's generator.
        using var draws = model.modules().OfType<ModuleLayer>().Any() ? random.get_rng_state() : null;
        try
        {
            return model.FirstNotFinite(inputs);
        }
        finally
        {
            PutBack();
            if (draws is not null)
            {
                random.set_rng_state(draws);
            }
        }
    }

    /// <summary>Forgets states from which nothing could go on; the layers that had one.</summary>
    internal IReadOnlyList<IStateful> ForgetNotFinite() => [.. _stateful.Where(layer => layer.ForgetUnlessFinite())];

    public void Dispose()
    {
        Forget(_states);
        Forget(_buffers.Values);
    }

    private static SeededRandom[] Generators(Model model) =>
        [.. model.modules().OfType<Layer>().Prepend(model).Select(layer => layer.Generator).OfType<SeededRandom>().Distinct()];

    private static void Forget(IEnumerable<IDisposable?> kept)
    {
        foreach (var one in kept)
        {
            one?.Dispose();
        }
    }
}
