namespace TorchSharp.Modules;

/// <summary>Marks modules that have neither parameters nor buffers.</summary>
public interface IParameterLessModule;

/// <summary>A module that has neither parameters nor buffers, so that moving or converting it costs nothing.</summary>
/// <typeparam name="T1">The type of the input.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class ParameterLessModule<T1, TResult> : torch.nn.Module<T1, TResult>, IParameterLessModule
{
    /// <summary>Makes a module.</summary>
    /// <param name="name">What <see cref="torch.nn.Module.GetName"/> answers.</param>
    protected ParameterLessModule(string name) : base(name) { }

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.Device device, torch.ScalarType dtype, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.ScalarType dtype, bool non_blocking) => this;

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="tensor">Not used.</param>
    /// <param name="persistent">Not used.</param>
    public override void register_buffer(string name, torch.Tensor tensor, bool persistent = true)
        => throw new InvalidOperationException("Cannot register a buffer on a module that is declared 'parameter-less.'");

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="param">Not used.</param>
    public override void register_parameter(string name, Parameter param)
        => throw new InvalidOperationException("Cannot register a parameter on a module that is declared 'parameter-less.'");

    /// <summary>Adds a child module, which must be without parameters too.</summary>
    /// <param name="name">Its name within this module.</param>
    /// <param name="submodule">The child.</param>
    public override void register_module(string name, torch.nn.Module submodule)
    {
        if (submodule is not IParameterLessModule)
            throw new InvalidOperationException("Submodules of a parameter-less module must also be parameter-less.");
        base.register_module(name, submodule);
    }
}

/// <summary>A module that has neither parameters nor buffers, so that moving or converting it costs nothing.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class ParameterLessModule<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>, IParameterLessModule
{
    /// <summary>Makes a module.</summary>
    /// <param name="name">What <see cref="torch.nn.Module.GetName"/> answers.</param>
    protected ParameterLessModule(string name) : base(name) { }

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.Device device, torch.ScalarType dtype, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.ScalarType dtype, bool non_blocking) => this;

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="tensor">Not used.</param>
    /// <param name="persistent">Not used.</param>
    public override void register_buffer(string name, torch.Tensor tensor, bool persistent = true)
        => throw new InvalidOperationException("Cannot register a buffer on a module that is declared 'parameter-less.'");

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="param">Not used.</param>
    public override void register_parameter(string name, Parameter param)
        => throw new InvalidOperationException("Cannot register a parameter on a module that is declared 'parameter-less.'");

    /// <summary>Adds a child module, which must be without parameters too.</summary>
    /// <param name="name">Its name within this module.</param>
    /// <param name="submodule">The child.</param>
    public override void register_module(string name, torch.nn.Module submodule)
    {
        if (submodule is not IParameterLessModule)
            throw new InvalidOperationException("Submodules of a parameter-less module must also be parameter-less.");
        base.register_module(name, submodule);
    }
}

/// <summary>A module that has neither parameters nor buffers, so that moving or converting it costs nothing.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="T3">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class ParameterLessModule<T1, T2, T3, TResult> : torch.nn.Module<T1, T2, T3, TResult>, IParameterLessModule
{
    /// <summary>Makes a module.</summary>
    /// <param name="name">What <see cref="torch.nn.Module.GetName"/> answers.</param>
    protected ParameterLessModule(string name) : base(name) { }

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.Device device, torch.ScalarType dtype, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    /// <inheritdoc/>
    protected internal override torch.nn.Module _to(torch.ScalarType dtype, bool non_blocking) => this;

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="tensor">Not used.</param>
    /// <param name="persistent">Not used.</param>
    public override void register_buffer(string name, torch.Tensor tensor, bool persistent = true)
        => throw new InvalidOperationException("Cannot register a buffer on a module that is declared 'parameter-less.'");

    /// <summary>Always an error.</summary>
    /// <param name="name">Not used.</param>
    /// <param name="param">Not used.</param>
    public override void register_parameter(string name, Parameter param)
        => throw new InvalidOperationException("Cannot register a parameter on a module that is declared 'parameter-less.'");

    /// <summary>Adds a child module, which must be without parameters too.</summary>
    /// <param name="name">Its name within this module.</param>
    /// <param name="submodule">The child.</param>
    public override void register_module(string name, torch.nn.Module submodule)
    {
        if (submodule is not IParameterLessModule)
            throw new InvalidOperationException("Submodules of a parameter-less module must also be parameter-less.");
        base.register_module(name, submodule);
    }
}
