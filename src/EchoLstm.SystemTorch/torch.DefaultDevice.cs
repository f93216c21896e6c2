namespace TorchSharp;

public static partial class torch
{
    private static Device default_device = new(DeviceType.CPU, -1);

    /// <summary>The device of new tensors when none is given.</summary>
    public static Device get_default_device() => default_device;

    /// <summary>Sets the device of new tensors when none is given.</summary>
    public static void set_default_device(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        default_device = device;
    }

    /// <summary>Sets the device of new tensors when none is given.</summary>
    public static void set_default_device(string device) => set_default_device(new Device(device));

    /// <summary>Loads libtorch for a kind of device and says whether it can be used.</summary>
    public static bool TryInitializeDeviceType(DeviceType deviceType)
    {
        Interop.NativeLoader.Load();
        return deviceType is DeviceType.CPU or DeviceType.META
            || (deviceType == DeviceType.CUDA && Interop.NativeMethods.elt_cuda_devices() > 0);
    }

    /// <summary>Loads libtorch for a kind of device and throws when it cannot be used.</summary>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
        {
            throw new InvalidOperationException($"Torch device type '{deviceType}' is not available on this platform.");
        }
    }

    /// <summary>Gives the device, or the default one for null, after making sure that it can be used.</summary>
    public static Device InitializeDevice(Device? device)
    {
        device ??= default_device;
        InitializeDeviceType(device.type);
        return device;
    }
}
