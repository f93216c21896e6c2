namespace EchoLstm.Layers;

/// <summary>How a window slides over pictures, (samples, height, width, features): Keras's arithmetic, down and to the right.</summary>
internal readonly struct PlaneWindows(IReadOnlyList<int> size, IReadOnlyList<int> strides, StepPadding padding)
{
    internal const string Expected = "(samples, height, width, features)";

    private readonly Size2D _size = Size2D.Of(size, nameof(size));

    internal StepWindows Down { get; } = new(size[0], Size2D.Of(strides, nameof(strides)).Height, padding);

    internal StepWindows Across { get; } = new(size[1], strides[1], padding);

    internal static void CheckRank(Shape input, string title)
    {
        if (input.Rank == 4)
        {
            return;
        }
        var hint = input.Rank switch
        {
            5 => "Films are (samples, pictures, height, width, features): wrap it in TimeDistributed to run it for each picture.",
            > 5 => "Wrap it in TimeDistributed to run it for each step of a longer shape.",
            3 => "Reshape pictures of one colour to (samples, height, width, 1).",
            _ => "Reshape each sample to height, width and features, channels last.",
        };
        throw new ShapeMismatchException(
            $"{title} expects input of rank 4 {Expected} but received {input}. {hint}", Expected, input.ToString());
    }

    internal Shape OutputShape(Shape input, string title, long? features)
    {
        CheckRank(input, title);
        var (rows, columns) = (Down.Count(input[1]), Across.Count(input[2]));
        if (rows == 0 || columns == 0)
        {
            var valid = padding == StepPadding.Valid;
            var least = string.Create(CultureInfo.InvariantCulture, $"{(valid ? _size.Height : 1)} x {(valid ? _size.Width : 1)}");
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"{title} slides a window of {_size.Height} x {_size.Width}, so it expects "
                    + $"pictures of at least {least} but received {input}. Give it larger pictures"
                    + $"{(valid ? ", a smaller window, or StepPadding.Same" : "")}."),
                $"(samples, height, width, features) of at least {least}",
                input.ToString());
        }
        return new Shape(input[0], rows, columns, features);
    }
}
