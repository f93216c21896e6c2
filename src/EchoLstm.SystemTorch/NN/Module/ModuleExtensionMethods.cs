namespace TorchSharp;

/// <summary>Moves and converts modules, and gives them back under their own type.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Converts the parameters and buffers.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="type">A floating point or complex type.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(type, non_blocking);

    /// <summary>Moves and converts the parameters and buffers.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device.</param>
    /// <param name="type">A floating point or complex type.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(device, type, non_blocking);

    /// <summary>Moves the parameters and buffers.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="deviceType">The kind of device.</param>
    /// <param name="deviceIndex">Its index, -1 for the current one.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(deviceType, deviceIndex, non_blocking);

    /// <summary>Moves the parameters and buffers.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(device.type, device.index, non_blocking);

    /// <summary>Moves the parameters and buffers.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="device">The device's name, such as cpu or cuda:0.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module
        => module.to(new torch.Device(device), non_blocking);

    /// <summary>Moves and converts the parameters and buffers to where and what a tensor is.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="other">The example.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(other.device, other.dtype, non_blocking);

    /// <summary>Moves the parameters and buffers to the CPU.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(DeviceType.CPU, -1, non_blocking);

    /// <summary>Moves the parameters and buffers to a GPU.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="deviceIndex">Its index, -1 for the current one.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module
        => (T)module._to(DeviceType.CUDA, deviceIndex, non_blocking);

    /// <summary>Converts the parameters and buffers to Float16.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.Float16, non_blocking);

    /// <summary>Converts the parameters and buffers to BFloat16.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.BFloat16, non_blocking);

    /// <summary>Converts the parameters and buffers to Float32.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.Float32, non_blocking);

    /// <summary>Converts the parameters and buffers to Float64.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.Float64, non_blocking);

    /// <summary>Converts the parameters and buffers to ComplexFloat32.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T cfloat<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.ComplexFloat32, non_blocking);

    /// <summary>Converts the parameters and buffers to ComplexFloat64.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="module">The module.</param>
    /// <param name="non_blocking">Whether the host may go on before a copy from pinned memory is done.</param>
    public static T cdouble<T>(this T module, bool non_blocking = false) where T : torch.nn.Module
        => module.to(torch.ScalarType.ComplexFloat64, non_blocking);
}
