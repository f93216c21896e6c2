namespace EchoLstm.Layers;

/// <summary>What layers with windows have in common.</summary>
internal static class Windows2D
{
    /// <summary>All windows of pictures, what is added being 0: (samples, windows down, windows across, features, height, width).</summary>
    internal static Tensor Over(Tensor pictures, PlaneWindows windows, Size2D size, Size2D strides)
    {
        var (top, bottom) = windows.Down.Around(pictures.shape[1]);
        var (left, right) = windows.Across.Around(pictures.shape[2]);
        var padded = top + bottom + left + right > 0
            ? nn.functional.pad(pictures, [0, 0, left, right, top, bottom])
            : pictures;
        return padded.unfold(1, size.Height, strides.Height).unfold(2, size.Width, strides.Width);
    }

    internal static void CheckSize(Size2D size, string name, string layer)
    {
        if (size.Height < 1 || size.Width < 1)
        {
            throw new ArgumentOutOfRangeException(name, size, $"{layer}'s {name} must be at least 1, both height and width.");
        }
    }

    internal static void CheckPadding(StepPadding padding, string layer)
    {
        if (padding is not (StepPadding.Valid or StepPadding.Same))
        {
            throw new ArgumentOutOfRangeException(
                nameof(padding), padding, $"{layer} has no padding {padding}: expected Valid or Same.");
        }
    }
}
