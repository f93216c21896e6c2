namespace EchoLstm.Data;

/// <summary>Windows of an echo, the incomplete ones among them, and which of their time steps are data: what
/// <see cref="SupervisedFrames.ToPadded(float[,], int, int, float, PaddingSide)"/> returns.</summary>
public sealed class PaddedFrames
{
    internal PaddedFrames(float[,,] x, float[,,] y, bool[,] inputMask, bool[,] targetMask)
    {
        X = x;
        Y = y;
        InputMask = inputMask;
        TargetMask = targetMask;
    }

    /// <summary>The windows, of shape (windows, nIn, features).</summary>
    public float[,,] X { get; }

    /// <summary>The nOut oldest time steps of each window, of shape (windows, nOut, features).</summary>
    public float[,,] Y { get; }

    /// <summary>True where a time step of <see cref="X"/> is data, false where it is padding; of shape (windows, nIn).</summary>
    public bool[,] InputMask { get; }

    /// <summary>True where a time step of <see cref="Y"/> is data, false where it is padding; of shape (windows, nOut).</summary>
    public bool[,] TargetMask { get; }

    /// <summary>The target's mask as a weight for each time step: 1 for data, and 0 for padding, which then does not count in the
    /// loss.</summary>
    /// <returns>The weights, of shape (windows, nOut).</returns>
    public float[,] TargetWeights()
    {
        var (windows, steps) = (TargetMask.GetLength(0), TargetMask.GetLength(1));
        var weights = new float[windows, steps];
        for (var window = 0; window < windows; window++)
        {
            for (var step = 0; step < steps; step++)
            {
                weights[window, step] = TargetMask[window, step] ? 1 : 0;
            }
        }
        return weights;
    }
}
