namespace TorchSharp;

/// <summary>How a tensor is written as text.</summary>
public enum TensorStringStyle
{
    /// <summary>Shape, element type and device only.</summary>
    Metadata,

    /// <summary>Shape, element type and device, then the elements in columns.</summary>
    Julia,

    /// <summary>Nested lists in square brackets.</summary>
    Numpy,

    /// <summary>Shape, element type and device, then an array of C#.</summary>
    CSharp,

    /// <summary>What <see cref="torch.TensorStringStyle"/> says.</summary>
    Default,
}
