namespace EchoLstm.Tests.Hunt;

/// <summary>Calls on a layer, of a model or alone: with a state, with a backward pass, moved, its weights taken and set.</summary>
internal static class LayerCalls
{
    private static readonly Func<Subject, Layer, Call>[] All =
    [
        CallIt, CallIt, Backward, Backward, Backward, Backward, WithState, WithState, WithState, WithState, CopyState, Parts, Parts,
        Weights, SetWeights, SetWeights, LoadStateDict, Shapes, Move, Move, Switch, DisposeOne,
    ];

    internal static Call Any(Subject s)
    {
        var call = s.Draw.Of(All);
        // Those with a state are few among all layers.
        var kinds = s.Layers.Where(layer => layer is RecurrentLayer).ToList();
        var layer = (call == WithState || call == CopyState) && kinds.Count > 0 ? s.Draw.Of(kinds) : s.Draw.Of(s.Layers);
        return call(s, layer);
    }

    /// <summary>What a user does between a forward and a backward pass.</summary>
    internal static (string Text, Action<Layer> Action) Between(Draw draw) => draw.Below(12) switch
    {
        0 => ("weights += 1", layer => Changed(layer, parameter => parameter.add_(1))),
        1 => ("weights moved to float64", layer => layer.to(ScalarType.Float64)),
        2 => ("SetWeights", layer => layer.SetWeights(layer.GetWeights())),
        3 => ("Dispose", layer => layer.Dispose()),
        4 => ("frozen", layer => layer.Trainable = false),
        5 => ("garbage collected", _ => GC.Collect()),
        6 => ("gradients cleared", layer => layer.zero_grad()),
        _ => ("nothing", _ => { }),
    };

    private static Call CallIt(Subject s, Layer layer)
    {
        var x = Input(s, layer);
        return new($"{Name(layer)}.call({x})", () => layer.call(x.Value!));
    }

    private static Call Backward(Subject s, Layer layer)
    {
        var (x, asks, keeps) = (Input(s, layer), s.Draw.Chance(0.5), s.Draw.Chance(0.2));
        var (text, between) = Between(s.Draw);
        return new($"{Name(layer)}.call({x}{(asks ? ".requires_grad_()" : "")}), {text}, backward(){(keeps ? " twice" : "")}", () =>
        {
            var input = asks && x.Value is { IsInvalid: false } given && given.is_floating_point() ? given.requires_grad_() : x.Value;
            using var output = layer.call(input!);
            between(layer);
            using var loss = output.sum();
            if (loss.requires_grad)
            {
                loss.backward(retain_graph: keeps);
                if (keeps)
                {
                    loss.backward();
                }
            }
        });
    }

    private static Call WithState(Subject s, Layer layer)
    {
        var (draw, x) = (s.Draw, Input(s, layer));
        switch (layer)
        {
            case Lstm lstm:
                var (hidden, cell) = (State(s, lstm), State(s, lstm));
                var (kept, loses) = (draw.Chance(0.3) ? s.State : null, draw.Chance(0.05));
                var between = Between(draw);
                var from = (kept is null ? $"({hidden}, {cell})" : "the state of before") + (loses ? ", disposed" : "");
                return new($"{Name(lstm)}.CallWithState({x}, {from}), {between.Text}, backward()", () =>
                {
                    var state = kept ?? new LstmState(hidden.Value!, cell.Value!);
                    if (loses)
                    {
                        state.Dispose();
                    }
                    var (output, next) = lstm.CallWithState(x.Value!, state);
                    between.Action(lstm);
                    using var loss = output.sum() + next.Cell.sum();
                    if (loss.requires_grad)
                    {
                        loss.backward();
                    }
                    s.State = next;
                });
            case Gru gru:
                var ofGru = State(s, gru);
                return new($"{Name(gru)}.CallWithState({x}, {ofGru})", () => gru.CallWithState(x.Value!, ofGru.Value));
            case SimpleRnn rnn:
                var ofRnn = State(s, rnn);
                return new($"{Name(rnn)}.CallWithState({x}, {ofRnn})", () => rnn.CallWithState(x.Value!, ofRnn.Value));
            default:
                return CallIt(s, layer);
        }
    }

    private static Call CopyState(Subject s, Layer layer) => layer switch
    {
        Lstm lstm when s.Draw.Chance(0.5) => new($"{Name(lstm)}.CopyState()", () => lstm.CopyState()?.Dispose()),
        Lstm lstm => new($"{Name(lstm)}.FinalState.Clone()", () => lstm.FinalState?.Clone().Dispose()),
        RecurrentLayer recurrent => new($"{Name(recurrent)}.ResetStates()", recurrent.ResetStates),
        _ => Shapes(s, layer),
    };

    private static Call Parts(Subject s, Layer layer)
    {
        var x = Input(s, layer);
        switch (layer)
        {
            case Bidirectional both:
                return new($"{Name(both)}.CallBoth({x})", () => both.CallBoth(x.Value!));
            case AttentionDecoder decoder:
                return new($"{Name(decoder)}.CallWithWeights({x})", () => decoder.CallWithWeights(x.Value!));
            case AttentionLayer attention:
                var (value, key, mask) = (Input(s, layer), s.Draw.Chance(0.5) ? Input(s, layer) : new(null, "null"), Mask(s, layer));
                return new($"{Name(attention)}.Attend({x}, {value}, {key}, {mask})", () =>
                    attention.Attend(x.Value!, value.Value!, key.Value, mask.Value));
            default:
                return Backward(s, layer);
        }
    }

    private static Call Weights(Subject s, Layer layer) => s.Draw.Chance(0.5)
        ? new($"{Name(layer)}.GetWeights()", () => layer.GetWeights())
        : new($"{Name(layer)}.CountParameters()", () => layer.CountParameters());

    private static Call SetWeights(Subject s, Layer layer)
    {
        var (fault, other) = (s.Draw.Below(8), DrawnData.AnyArray(s.Draw, [2, 3]));
        return new($"{Name(layer)}.SetWeights(fault {fault}, {other})", () =>
        {
            var weights = layer.GetWeights().ToList();
            switch (fault)
            {
                case 0 when weights.Count > 0:
                    weights.RemoveAt(0);
                    break;
                case 1:
                    weights.Add(other.Value!);
                    break;
                case 2 when weights.Count > 0:
                    weights[0] = other.Value!;
                    break;
                case 3:
                    weights = null;
                    break;
            }
            layer.SetWeights(weights!);
        });
    }

    private static Call LoadStateDict(Subject s, Layer layer)
    {
        var (fault, strict, other) = (s.Draw.Below(7), s.Draw.Chance(0.7), DrawnData.AnyTensor(s.Draw, [2, 3]));
        return new($"{Name(layer)}.load_state_dict(fault {fault}, {other}, strict: {strict})", () =>
        {
            var dictionary = layer.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
            switch (fault)
            {
                case 0 when dictionary.Count > 0:
                    dictionary.Remove(dictionary.Keys.First());
                    break;
                case 1:
                    dictionary["none"] = other.Value!;
                    break;
                case 2 when dictionary.Count > 0:
                    dictionary[dictionary.Keys.First()] = other.Value!;
                    break;
            }
            layer.load_state_dict(dictionary, strict);
        });
    }

    private static Call Shapes(Subject s, Layer layer)
    {
        long?[] shape = [s.Draw.Mostly<long?>(null, 2, 0), .. (layer.InputShape?.Skip(1) ?? s.Drawn.Input.Select(length => (long?)length))];
        if (s.Draw.Chance(0.3))
        {
            shape = [.. DrawnData.OtherShape(s.Draw, [.. shape.Select(length => length ?? 1)]).Select(length => (long?)length)];
        }
        var text = string.Join(", ", shape.Select(length => length?.ToString() ?? "null"));
        return s.Draw.Chance(0.5)
            ? new($"{Name(layer)}.OutputShape({text})", () => layer.OutputShape(new Shape(shape)))
            : new($"{Name(layer)}.Build({text})", () => layer.Build(new Shape(shape)));
    }

    private static Call Move(Subject s, Layer layer)
    {
        layer = s.Draw.Chance(0.5) ? s.Root! : layer;
        var type = s.Draw.Of(ScalarType.Float64, ScalarType.Float32, ScalarType.Float32, ScalarType.Float32, ScalarType.BFloat16,
            ScalarType.Float16, ScalarType.ComplexFloat32);
        return s.Draw.Below(10) switch
        {
            0 => new($"{Name(layer)}.to(META)", () => layer.to(META)),
            1 => new($"{Name(layer)}.parameters().Dispose()", () => layer.parameters().First().Dispose()),
            _ => new($"{Name(layer)}.to({type})", () => layer.to(type)),
        };
    }

    private static Call Switch(Subject s, Layer layer) => s.Draw.Below(3) switch
    {
        0 => new($"{Name(layer)}.eval()", layer.eval),
        1 => new($"{Name(layer)}.train()", () => layer.train()),
        _ => new($"{Name(layer)}.Trainable = {layer.Trainable} changed", () => layer.Trainable = !layer.Trainable),
    };

    private static Call DisposeOne(Subject s, Layer layer) =>
        s.Draw.Chance(0.3) ? new($"{Name(layer)}.Dispose()", layer.Dispose) : Weights(s, layer);

    private static Drawn<Tensor?> Input(Subject s, Layer layer) => DrawnData.AnyTensor(
        s.Draw,
        [s.Samples, .. layer.InputShape?.Skip(1).Select(length => length ?? 3) ?? s.Drawn.Input],
        layer.IndexReader is null ? 0 : s.Drawn.Classes);

    private static Drawn<Tensor?> State(Subject s, RecurrentLayer layer) =>
        s.Draw.Chance(0.1) ? new(null, "null") : DrawnData.AnyTensor(s.Draw, [s.Samples, layer.Units]);

    private static Drawn<Tensor?> Mask(Subject s, Layer layer)
    {
        var mask = DrawnData.AnyTensor(s.Draw, [s.Samples, layer.InputShape?[1] ?? s.Drawn.Input[0]]);
        return s.Draw.Chance(0.5) ? new(null, "null")
            : s.Draw.Chance(0.8) && mask.Value is { IsInvalid: false } given ? new(given.to(ScalarType.Bool), "bool mask")
            : mask;
    }

    private static void Changed(Layer layer, Action<Tensor> change)
    {
        using var withoutGradients = no_grad();
        foreach (var parameter in layer.parameters())
        {
            change(parameter);
        }
    }

    private static string Name(Layer layer) => layer.Name;
}
