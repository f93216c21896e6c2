namespace EchoLstm.Tests.Hunt;

/// <summary>A call to be made.</summary>
/// <param name="Text">How a reader would write it.</param>
/// <param name="Run">Makes it.</param>
internal sealed record Call(string Text, Action Run);

/// <summary>What a group's calls are made on: a model or a layer, what it gave so far, and data that fits it.</summary>
internal sealed class Subject(Draw draw, string folder) : IDisposable
{
    internal Draw Draw => draw;

    internal string Folder => folder;

    internal DrawnModel Drawn { get; private set; } = DrawnModel.Any(draw);

    internal int Samples { get; } = draw.Between(1, 4);

    internal Layer? Root { get; private set; }

    internal Model? Model => Root as Model;

    /// <summary>The root and what is in it, as long as it was made.</summary>
    internal IReadOnlyList<Layer> Layers { get; private set; } = [];

    /// <summary>Of each output, whether its loss takes classes.</summary>
    internal IReadOnlyList<bool> SparseLosses { get; set; } = [];

    internal ModelStepper? Stream { get; set; }

    internal StreamState? StreamState { get; set; }

    internal LstmState? State { get; set; }

    /// <summary>The next call: at first those that make a model ready, then any.</summary>
    internal Call Next()
    {
        if (Draw.Chance(0.06))
        {
            return DataCalls.Any(this);
        }
        if (Root is null || (Root.IsDisposed && Draw.Chance(0.4)))
        {
            return Make();
        }
        if (Model is { IsBuilt: false, Layers.Count: > 0 } && Draw.Chance(0.8))
        {
            return ModelCalls.Build(this);
        }
        if (Model is { IsBuilt: true, Settings: null } && Draw.Chance(0.6))
        {
            return Drawn.Outputs.Count > 1 || Draw.Chance(0.1) ? SeveralCalls.Compile(this) : ModelCalls.Compile(this);
        }
        return Draw.Chance(0.07) ? ThreadCalls.Any(this) : Model is null || Draw.Chance(0.3) ? LayerCalls.Any(this) : ModelCalls.Any(this);
    }

    internal Drawn<TensorLike> X(int input = 0) =>
        DrawnData.Data(Draw, [Samples, .. Drawn.Inputs[input]], input == 0 ? Drawn.Classes : 0);

    internal Drawn<TensorLike> Y(int output = 0)
    {
        var shape = Drawn.Outputs[output];
        return SparseLosses.ElementAtOrDefault(output) && shape.Length > 0
            ? DrawnData.Data(Draw, [Samples, .. shape[..^1]], (int)Math.Max(1, shape[^1]))
            : DrawnData.Data(Draw, [Samples, .. shape]);
    }

    internal Drawn<TensorLike> Mask() => DrawnData.Data(Draw, [Samples, Drawn.Input[0]]);

    public void Dispose()
    {
        Stream?.Dispose();
        StreamState?.Dispose();
        State?.Dispose();
        Root?.Dispose();
    }

    private Call Make()
    {
        var drawn = Drawn;
        // If this is refused, the next call tries another.
        Drawn = DrawnModel.Any(Draw);
        return new($"model = {drawn.Recipe}", () =>
        {
            Dispose();
            (Root, Stream, StreamState, State, SparseLosses) = (null, null, null, null, []);
            Root = drawn.Recipe.Make();
            Layers = [.. Root.modules().OfType<Layer>().Append(Root).Distinct()];
            Drawn = drawn;
        });
    }
}
