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
    private int _calls;

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
        if (Root is null)
        {
            return Make();
        }
        _calls++;
        if (Model is not null && _calls <= 2 && Draw.Chance(0.9))
        {
            return _calls == 1 ? ModelCalls.Build(this) : ModelCalls.Compile(this);
        }
        return Model is null || Draw.Chance(0.3) ? LayerCalls.Any(this) : Draw.Chance(0.08) ? ThreadCalls.Any(this) : ModelCalls.Any(this);
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
            Root = drawn.Recipe.Make();
            Layers = [.. Root.modules().OfType<Layer>().Append(Root).Distinct()];
            Drawn = drawn;
        });
    }
}
