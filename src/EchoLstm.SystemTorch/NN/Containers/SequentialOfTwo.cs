#pragma warning disable CA1725 // The parameter names are those of TorchSharp.

using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Modules in a sequence whose computation a derived class writes.</summary>
/// <typeparam name="T1">The type of an input.</typeparam>
/// <typeparam name="T2">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class Sequential<T1, T2, TResult> : nn.Module<T1, T2, TResult>
{
    private readonly ModuleChain _chain = new();

    internal Sequential() : base(null, "torch::nn::SequentialImpl") { }

    /// <summary>Makes a sequence of named modules.</summary>
    /// <param name="modules">Names and modules.</param>
    protected Sequential(params (string name, nn.Module submodule)[] modules) : this()
    {
        foreach (var (name, module) in modules) Add(name, module);
    }

    /// <summary>Makes a sequence of modules that are named by their positions.</summary>
    /// <param name="modules">The modules.</param>
    protected Sequential(params nn.Module[] modules) : this()
    {
        foreach (var module in modules) Add(module);
    }

    /// <summary>The module at a position.</summary>
    /// <param name="index">The position, from 0.</param>
    [IndexerName("SequentialItems")]
    public nn.Module this[int index] => _chain[index];

    /// <summary>Adds a module at the end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">The module, which this one owns from then on.</param>
    public Sequential<T1, T2, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    /// <summary>Adds a module at the end, named by its position.</summary>
    /// <param name="module">The module, which this one owns from then on.</param>
    public Sequential<T1, T2, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    /// <summary>Adds a module at the end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sm">The module, which this one owns from then on.</param>
    protected internal void Add(string name, nn.Module sm) => _chain.Add(name, sm);

    /// <summary>Adds a module at the end, named by its position.</summary>
    /// <param name="module">The module, which this one owns from then on.</param>
    protected internal void Add(nn.Module module) => _chain.Add(module);

    /// <summary>The number of modules.</summary>
    public int Count => _chain.Count;

    /// <inheritdoc/>
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
        => recurse ? _chain.NamedParameters() : [];

    /// <inheritdoc/>
    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true)
        => recurse ? _chain.NamedBuffers(include_persistent) : [];

    /// <inheritdoc/>
    public override IEnumerable<(string name, nn.Module module)> named_children() => _chain.Named;

    /// <inheritdoc/>
    public override IEnumerable<(string name, nn.Module module)> named_modules() => _chain.NamedModules();

    /// <inheritdoc/>
    public override nn.Module apply(Action<nn.Module> fn)
    {
        foreach (var module in _chain.Modules) module.apply(fn);
        fn(this);
        return this;
    }

    /// <inheritdoc/>
    public override void train(bool on = true) => base.train(on);

    /// <inheritdoc/>
    public override void eval() => base.eval();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var module in _chain.Modules) module.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected internal override nn.Module _to(ScalarType dtype, bool non_blocking)
    {
        foreach (var module in _chain.Modules) module._to(dtype, non_blocking);
        return this;
    }

    /// <inheritdoc/>
    protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        foreach (var module in _chain.Modules) module._to(device, dtype, non_blocking);
        return this;
    }

    /// <inheritdoc/>
    protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
    {
        foreach (var module in _chain.Modules) module._to(deviceType, deviceIndex, non_blocking);
        return this;
    }
}
