namespace TorchSharp;

/// <summary>Padding of a convolution by name.</summary>
public enum Padding
{
    /// <summary>None: the output is smaller than the input.</summary>
    Valid = 0,

    /// <summary>As much as keeps the size.</summary>
    Same = 1
}
