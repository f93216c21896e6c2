using EchoLstm.Onnx;

namespace EchoLstm.Tests.Hunt;

/// <summary>Calls that write and read files: whole and damaged ones, another model's, and paths where none can be.</summary>
internal static class FileCalls
{
    internal static Call Save(Subject s)
    {
        var (path, text) = AnyPath(s);
        return s.Draw.Below(5) switch
        {
            4 => Export(s, path, text),
            0 when s.Model is SequentialModel sequential => new("model.SaveDiagram(path)", () => sequential.SaveDiagram(Path.Combine(s.Folder, "model.svg"))),
            1 => new($"model.SaveWeights({text})", () => s.Model!.SaveWeights(path!)),
            _ => new($"model.Save({text})", () => s.Model!.Save(path!)),
        };
    }

    private static Call Export(Subject s, string? path, string text)
    {
        var options = new OnnxOptions
        {
            WithState = s.Draw.Chance(0.5),
            WithLengths = s.Draw.Chance(0.2),
            FixedSteps = s.Draw.Chance(0.2) ? s.Draw.Below(6) : null,
            FixedBatch = s.Draw.Chance(0.2) ? s.Draw.Below(6) : null,
            Opset = 13 + s.Draw.Below(11),
        };
        return new($"model.ExportOnnx({text}, {options})", () => s.Model!.ExportOnnx(path is { Length: > 0 } ? Path.ChangeExtension(path, ".onnx") : path!, options));
    }

    internal static Call Load(Subject s)
    {
        var (path, text) = AnyPath(s);
        var (damage, damageText) = Damage(s.Draw);
        return new($"model.Save(path), Model.Load({text}{damageText})", () =>
        {
            s.Model!.Save(Usual(s));
            damage(Usual(s));
            using var loaded = Model.Load(path!);
        });
    }

    internal static Call LoadWeights(Subject s)
    {
        var (path, text) = AnyPath(s);
        var (damage, damageText) = Damage(s.Draw);
        var others = s.Draw.Chance(0.2);
        return new($"{(others ? "another" : "model")}.SaveWeights(path), model.LoadWeights({text}{damageText})", () =>
        {
            if (others)
            {
                using var other = new SequentialModel(new Lstm(2), new Dense(1));
                other.Build(3, 1);
                other.SaveWeights(Usual(s));
            }
            else
            {
                s.Model!.SaveWeights(Usual(s));
            }
            damage(Usual(s));
            s.Model!.LoadWeights(path!);
        });
    }

    internal static (Action<string> Damage, string Text) Damage(Draw draw)
    {
        var (place, bit) = (draw.Below(int.MaxValue), draw.Below(8));
        return draw.Below(4) switch
        {
            0 => (path => File.WriteAllBytes(path, File.ReadAllBytes(path)[..(place % (int)new FileInfo(path).Length)]), " cut"),
            1 => (path => Flip(path, place, bit), " with one bit changed"),
            _ => (_ => { }, ""),
        };
    }

    private static void Flip(string path, int place, int bit)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[place % bytes.Length] ^= (byte)(1 << bit);
        File.WriteAllBytes(path, bytes);
    }

    private static string Usual(Subject s) => Path.Combine(s.Folder, "model.safetensors");

    private static (string? Path, string Text) AnyPath(Subject s) => s.Draw.Chance(0.9)
        ? (Usual(s), "path")
        : s.Draw.Of<(string?, string)>((null, "null"), ("", "\"\""), (s.Folder, "folder"),
            (Path.Combine(s.Folder, "none", "a"), "in no folder"), ("a\0b", "a\\0b"));
}
