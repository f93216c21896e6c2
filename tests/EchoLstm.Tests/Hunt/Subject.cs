using EchoLstm.Layers;
using EchoLstm.Models;

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

    internal SequentialModel? Model => Root as SequentialModel;

    /// <summary>The root and what is in it, as long as it was made.</summary>
    internal IReadOnlyList<Layer> Layers { get; private set; } = [];

    internal bool HasSparseLoss { get; set; }

    internal ModelStepper? Stream { get; set; }

    internal StreamState? StreamState { get; set; }

    internal LstmState? State { get; set; }

    /// <summary>The next call: at first those that make a model ready, then any.</summary>
    internal Call Next()
    {
        if (Draw.Chance(0.06))
        {
            return DataCalls.Any(Draw);
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
            return ModelCalls.Compile(this);
        }
        return Draw.Chance(0.07) ? ThreadCalls.Any(this) : Model is null || Draw.Chance(0.3) ? LayerCalls.Any(this) : ModelCalls.Any(this);
    }

    internal Drawn<TensorLike> X() => DrawnData.Data(Draw, [Samples, .. Drawn.Input], Drawn.Classes);

    internal Drawn<TensorLike> Y() => HasSparseLoss
        ? DrawnData.Data(Draw, [Samples, .. Drawn.Output[..^1]], (int)Math.Max(1, Drawn.Output[^1]))
        : DrawnData.Data(Draw, [Samples, .. Drawn.Output]);

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
            (Root, Stream, StreamState, State, HasSparseLoss) = (null, null, null, null, false);
            Root = drawn.Recipe.Make();
            Layers = [.. Root.modules().OfType<Layer>().Append(Root).Distinct()];
            Drawn = drawn;
        });
    }
}
