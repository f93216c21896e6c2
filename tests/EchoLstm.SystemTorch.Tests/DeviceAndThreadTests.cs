using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class DeviceAndThreadTests
{
    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda:1", DeviceType.CUDA, 1)]
    [InlineData("meta", DeviceType.META, -1)]
    public void Descriptions_name_a_device(string description, DeviceType type, int index)
    {
        Device device = description;
        device.type.Should().Be(type);
        device.index.Should().Be(index);
        device.ToString().Should().Be(description);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused()
    {
        TryInitializeDeviceType(DeviceType.CPU).Should().BeTrue();
        TryInitializeDeviceType(DeviceType.XLA).Should().BeFalse();
        cuda_is_available().Should().Be(cuda.device_count() > 0);
        var act = () => InitializeDevice(new Device(DeviceType.XLA));
        act.Should().Throw<InvalidOperationException>().WithMessage("Torch device type 'XLA' is not available on this platform.");
    }

    [Fact]
    public void The_default_device_is_the_processor_until_it_is_set()
    {
        get_default_device().type.Should().Be(DeviceType.CPU);
        InitializeDevice(null).type.Should().Be(DeviceType.CPU);
        set_default_device("meta");
        get_default_device().type.Should().Be(DeviceType.META);
        set_default_device(CPU);
    }

    [Fact]
    public void Torch_uses_as_many_threads_as_there_are_processors_unless_told_otherwise()
    {
        var threads = get_num_threads();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
        {
            threads.Should().Be(Environment.ProcessorCount);
        }

        set_num_threads(1);
        get_num_threads().Should().Be(1);
        set_num_threads(threads);
        var act = () => set_num_threads(0);
        act.Should().Throw<System.Runtime.InteropServices.ExternalException>();
    }

    [Fact]
    public void Sizes_slice_and_join()
    {
        Size size = new long[] { 2, 3, 4 };
        size.numel().Should().Be(24);
        size.Slice(1, 3).Shape.Should().Equal(3, 4);
        size.Slice(-2, -1).Shape.Should().Equal(3);
        size.Slice(2, 2).IsEmpty.Should().BeTrue();
        (size + new Size(5)).Shape.Should().Equal(2, 3, 4, 5);
    }
}
