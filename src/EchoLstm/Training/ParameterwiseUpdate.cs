using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>
/// The updates that treat one parameter after another, and remember some numbers of each weight, 0 at first. In one pass over its memory where that
/// is dense float32 on the CPU; by tensor operations elsewhere.
/// </summary>
internal abstract class ParameterwiseUpdate : ParameterUpdate
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly IReadOnlyList<string> _names;
    private readonly Tensor[][] _remembered;

    /// <param name="optimizer">The optimiser.</param>
    /// <param name="trained">What it moves.</param>
    private protected ParameterwiseUpdate(Optimizer optimizer, TrainedWeights trained)
        : base(optimizer, trained)
    {
        (_parameters, _names) = (trained.Parameters, trained.Names);
        _remembered = [.. optimizer.Remembers.Select(_ => ZerosLike(_parameters))];
    }

    /// <summary>How many steps were taken, the present one included.</summary>
    protected long Steps { get; private set; }

    internal sealed override OptimizerProgress Export()
    {
        var state = new OptimizerProgress(Steps);
        for (var i = 0; i < _names.Count; i++)
        {
            state.Add(_names[i], [.. _remembered.Select(tensors => Copied(tensors[i]))]);
        }
        return state;
    }

    internal sealed override void Import(OptimizerProgress state)
    {
        Steps = state.Steps;
        for (var i = 0; i < _names.Count; i++)
        {
            if (!state.Moments.TryGetValue(_names[i], out var moments) || !moments.All(moment => moment.shape.AsSpan().SequenceEqual(_parameters[i].shape)))
            {
                continue;
            }
            for (var k = 0; k < _remembered.Length; k++)
            {
                _remembered[k][i].copy_(moments[k]);
            }
        }
    }

    public override void Dispose()
    {
        foreach (var tensor in _remembered.SelectMany(tensors => tensors))
        {
            tensor.Dispose();
        }
    }

    protected sealed override void Move(Tensor?[] gradients)
    {
        Steps++;
        BeginStep();
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not { } gradient)
            {
                continue;
            }
            if (TryFindMemory(i, gradient, out var memory))
            {
                Move(memory);
            }
            else
            {
                Move(i, _parameters[i], gradient);
            }
        }
    }

    /// <summary>Called once a step, before the parameters move.</summary>
    protected virtual void BeginStep()
    {
    }

    /// <summary>Moves one parameter of any type on any device.</summary>
    protected abstract void Move(int index, Parameter parameter, Tensor gradient);

    /// <summary>Moves one parameter in memory.</summary>
    protected abstract void Move(in WeightMemory memory);

    /// <summary>What is remembered of each weight of a parameter.</summary>
    protected Tensor Remembered(int which, int index) => _remembered[which][index];

    private unsafe bool TryFindMemory(int index, Tensor gradient, out WeightMemory memory)
    {
        memory = default;
        if (!IsInReach(_parameters[index]) || !IsInReach(gradient))
        {
            return false;
        }
        Span<nint> remembered = [0, 0, 0];
        for (var i = 0; i < _remembered.Length; i++)
        {
            var tensor = _remembered[i][index];
            if (!IsInReach(tensor))
            {
                return false;
            }
            remembered[i] = (nint)StartOf(tensor);
        }
        memory = new(StartOf(_parameters[index]), StartOf(gradient), (float*)remembered[0], (float*)remembered[1], (float*)remembered[2], checked((int)gradient.numel()));
        return true;
    }

    private static bool IsInReach(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && tensor.is_contiguous() && tensor.numel() <= int.MaxValue / sizeof(float);

    private static unsafe float* StartOf(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private static Tensor Copied(Tensor tensor)
    {
        using var here = tensor.cpu();
        return here.clone();
    }

    /// <summary>Zeros like each parameter, that no scope holds.</summary>
    private static Tensor[] ZerosLike(IReadOnlyList<Parameter> parameters) =>
        [.. parameters.Select(parameter =>
        {
            using var values = parameter.detach();
            return zeros_like(values).DetachFromDisposeScope();
        })];
}
