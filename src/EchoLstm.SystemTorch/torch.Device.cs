// TorchSharp says nothing about null here, and so its users are not warned; the same holds for ours.
#nullable disable

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where a tensor lives: a kind of device and, where there are several, its index.</summary>
    public class Device
    {
        /// <summary>Reads a description such as <c>cpu</c> or <c>cuda:0</c>.</summary>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = Enum.Parse<DeviceType>(parts[0].ToUpperInvariant());
            if (parts.Length == 2)
            {
                index = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        /// <summary>Names a kind of device and an index, -1 for the current one.</summary>
        public Device(string deviceType, int index = -1)
        {
            type = Enum.Parse<DeviceType>(deviceType.ToUpperInvariant());
            this.index = index;
        }

        /// <summary>Names a kind of device and an index, -1 for the current one.</summary>
        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        /// <summary>Names a CUDA device by its index.</summary>
        public Device(int index)
            : this(DeviceType.CUDA, index)
        {
        }

        /// <summary>The kind of device.</summary>
        public DeviceType type { get; private set; } = DeviceType.CPU;

        /// <summary>The device's number among those of its kind, or -1.</summary>
        public int index { get; private set; } = -1;

        /// <summary>Reads a description such as <c>cpu</c> or <c>cuda:0</c>.</summary>
        public static implicit operator Device(string description) => new(description);

        /// <summary>The description that the constructor reads.</summary>
        public override string ToString() => type == DeviceType.CPU
            ? "cpu"
            : index == -1 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";
    }

    /// <summary>The processor.</summary>
    public static readonly Device CPU = new(DeviceType.CPU, -1);

    /// <summary>The device that keeps shapes only.</summary>
    public static readonly Device META = new(DeviceType.META, -1);

    /// <summary>Names a device by a description such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public static Device device(string description) => InitializeDevice(new Device(description));

    /// <summary>Names a device by its kind and index.</summary>
    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    /// <summary>Names a device by its kind and index.</summary>
    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    /// <summary>Names a CUDA device by its index.</summary>
    public static Device device(int index) => new(DeviceType.CUDA, index);
}
