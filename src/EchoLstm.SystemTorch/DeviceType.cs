namespace TorchSharp;

/// <summary>The kind of hardware that holds a tensor. libtorch says whether it can use one.</summary>
public enum DeviceType
{
    /// <summary>The processor.</summary>
    CPU = 0,

    /// <summary>NVIDIA's GPUs.</summary>
    CUDA = 1,

    /// <summary>Reserved for oneDNN.</summary>
    MKLDNN = 2,

    /// <summary>OpenGL.</summary>
    OPENGL = 3,

    /// <summary>OpenCL.</summary>
    OPENCL = 4,

    /// <summary>Intel's deep learning extension.</summary>
    IDEEP = 5,

    /// <summary>AMD's GPUs.</summary>
    HIP = 6,

    /// <summary>Programmable gate arrays.</summary>
    FPGA = 7,

    /// <summary>Microsoft's neural accelerator.</summary>
    MSNPU = 8,

    /// <summary>XLA and TPUs.</summary>
    XLA = 9,

    /// <summary>Apple's GPUs.</summary>
    MPS = 13,

    /// <summary>Shapes without data.</summary>
    META = 14,
}
