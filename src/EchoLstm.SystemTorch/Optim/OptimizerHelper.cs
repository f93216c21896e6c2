using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What optimisers written in C# share: groups, state, and its file format.</summary>
public abstract partial class OptimizerHelper : optim.Optimizer
{
    /// <summary>The settings of groups that have none of their own.</summary>
    protected OptimizerOptions _defaults = null!;

    /// <summary>The state of each parameter, by its handle.</summary>
    protected OrderedDict<nint, OptimizerState> _state = new();

    /// <summary>Makes an optimiser without groups.</summary>
    public OptimizerHelper() { }

    /// <summary>Writes settings and state to a file, which is created or replaced.</summary>
    /// <param name="location">The file.</param>
    public void save_state_dict(string location)
    {
        using var writer = new BinaryWriter(File.Create(location));
        save_state_dict(writer);
    }

    /// <summary>Reads settings and state from a file.</summary>
    /// <param name="location">The file.</param>
    public void load_state_dict(string location)
    {
        using var reader = new BinaryReader(File.OpenRead(location));
        load_state_dict(reader);
    }

    /// <summary>Writes the optimiser's name, the numbers of groups and parameters, the settings and the state.</summary>
    /// <param name="writer">Where to; it stays open.</param>
    public void save_state_dict(BinaryWriter writer)
    {
        var state = state_dict();
        writer.Write(GetType().Name);
        writer.Encode(state.Options.Count);
        writer.Encode(state.State.Count);
        foreach (var options in state.Options) options.SaveStateDict(writer);
        foreach (var one in state.State) one.SaveStateDict(writer);
    }

    /// <summary>Reads settings and state of the same kind of optimiser over the same parameters.</summary>
    /// <param name="reader">Where from; it stays open.</param>
    public void load_state_dict(BinaryReader reader)
    {
        var name = reader.ReadString();
        if (name != GetType().Name)
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{name}' in the loaded stream.");

        var (groups, states, own) = (reader.Decode(), reader.Decode(), state_dict());
        CheckCounts(own, groups, states);
        foreach (var options in own.Options) options.LoadStateDict(reader);
        foreach (var one in own.State) one.LoadStateDict(reader);
    }

    /// <summary>Copies settings and state of the same kind of optimiser over parameters of the same shapes.</summary>
    /// <param name="state_dict">What <see cref="state_dict"/> gave.</param>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var own = this.state_dict();
        CheckCounts(own, state_dict.Options.Count, state_dict.State.Count);
        foreach (var (target, source) in own.Options.Zip(state_dict.Options))
            if (target != source) target.LoadStateDict(source);
        foreach (var (target, source) in own.State.Zip(state_dict.State))
            if (target != source) target.LoadStateDict(source);
    }

    /// <summary>The settings and state, as they are, not copied.</summary>
    public virtual StateDictionary state_dict()
    {
        var result = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            result.Options.Add(group.Options);
            var positions = new List<int>();
            result.StateIndexRef.Add(positions);
            foreach (var parameter in group.Parameters)
            {
                positions.Add(result.State.Count);
                result.State.Add(_state[parameter.Handle]);
            }
        }
        return result;
    }

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">The device.</param>
    public void to(Device device)
    {
        foreach (var state in state_dict().State) state.to(device);
    }

    /// <inheritdoc/>
    public override void zero_grad() => base.zero_grad();

    /// <inheritdoc/>
    public override IEnumerable<Parameter> parameters() => base.parameters();

    /// <inheritdoc/>
    public override void add_param_group(ParamGroup param_group) => base.add_param_group(param_group);

    /// <summary>Runs a closure with gradients, then an update of each group without.</summary>
    /// <typeparam name="T">The groups' type.</typeparam>
    /// <param name="body">Moves the parameters of one group.</param>
    /// <param name="loss_closure">Computes the loss and its gradients, or null.</param>
    /// <returns>The closure's loss; null without a closure.</returns>
    protected Tensor _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var _ = enable_grad();
            loss = loss_closure();
        }

        using (no_grad())
        using (NewDisposeScope())
            foreach (var group in _parameter_groups) body((T)group);
        return loss!;
    }

    /// <summary>Fills in a group's missing settings, adds it, and makes its parameters' state.</summary>
    private protected void Enrol<TOptions>(ParamGroup group, Action<TOptions, TOptions> fillIn, Func<Parameter, OptimizerState> newState)
        where TOptions : OptimizerOptions, new()
    {
        var defaults = (TOptions)_defaults;
        var options = (TOptions)(group.Options ??= new TOptions());
        options.LearningRate ??= defaults.LearningRate;
        options.InitialLearningRate = options.LearningRate!.Value;
        fillIn(options, defaults);

        // A module's parameters are found anew at each enumeration; once is enough.
        group.Parameters = group.Parameters.ToList();
        _parameter_groups.Add(group);
        foreach (var parameter in group.Parameters)
        {
            var state = newState(parameter);
            _state[parameter.Handle] = state;
            state.Initialize(options);
        }
    }

    /// <summary>The gradients of a group's parameters that have one, as the update wants them: turned round to maximise, decay added.</summary>
    private protected IEnumerable<(Parameter Parameter, OptimizerState State, Tensor Gradient)> Updates(
        ParamGroup group, bool maximize, double decay)
    {
        foreach (var parameter in group.Parameters)
        {
            var grad = parameter.grad;
            if (grad is null) continue;
            if (maximize) grad = Negate.Call(grad);
            if (decay != 0) grad = AddTensor.Call(grad, parameter, decay);
            yield return (parameter, _state[parameter.Handle], grad);
        }
    }

    private protected static readonly Operator Negate = Operator.Find("aten::neg");
    private protected static readonly Operator AddTensor = Operator.Find("aten::add", "Tensor");
    private protected static readonly Operator AddInPlace = Operator.Find("aten::add_", "Tensor");
    private protected static readonly Operator AddNumberInPlace = Operator.Find("aten::add_", "Scalar");
    private protected static readonly Operator ScaleInPlace = Operator.Find("aten::mul_", "Scalar");
    private protected static readonly Operator DivideByNumber = Operator.Find("aten::div", "Scalar");
    private protected static readonly Operator AddProduct = Operator.Find("aten::addcmul");
    private protected static readonly Operator AddProductInPlace = Operator.Find("aten::addcmul_");
    private protected static readonly Operator AddQuotientInPlace = Operator.Find("aten::addcdiv_");
    private protected static readonly Operator SquareRoot = Operator.Find("aten::sqrt");
    private protected static readonly Operator SquareRootInPlace = Operator.Find("aten::sqrt_");
    private protected static readonly Operator Larger = Operator.Find("aten::maximum");

    private static void CheckCounts(StateDictionary own, long groups, long states)
    {
        if (groups != own.Options.Count) throw new ArgumentException("Invalid optimizer state -- different number of parameter groups.");
        if (states != own.State.Count) throw new ArgumentException("Invalid optimizer state -- different number of states.");
    }
}
