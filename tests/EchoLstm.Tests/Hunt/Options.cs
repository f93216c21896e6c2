namespace EchoLstm.Tests.Hunt;

/// <summary>Draws a constructor's or a call's arguments one by one and writes them down as C# has them.</summary>
internal sealed class Options(Draw draw)
{
    private readonly List<string> _written = [];

    internal int Size(string? name = null, int most = 5) =>
        Write(name, draw.Mostly(draw.Chance(0.1) ? 17 : draw.Between(1, most), 0, -1, int.MinValue));

    internal bool Flag(string name, double share = 0.25, bool usual = false)
    {
        var flag = usual ? !draw.Chance(share) : draw.Chance(share);
        return flag == usual ? flag : Write(name, flag);
    }

    internal double Share(string name, double chance = 0.15) =>
        draw.Chance(chance) ? Write(name, draw.Mostly(draw.Of(0, 0.3, 0.9), 1, -0.1, double.NaN)) : 0;

    internal T Choice<T>(string? name, double chance, T usual)
        where T : struct, Enum =>
        draw.Chance(chance) ? Write(name, draw.Chance(0.01) ? (T)Enum.ToObject(typeof(T), 77) : draw.Of(Enum.GetValues<T>())) : usual;

    internal Activation Activation(string? name, Activation usual = EchoLstm.Layers.Activation.Linear) => Choice(name, 0.25, usual);

    internal Regularizer? Regularizer(string name)
    {
        if (!draw.Chance(0.05))
        {
            return null;
        }
        var factor = draw.Mostly(0.01, 0, 1e30);
        return draw.Below(3) switch
        {
            0 => Written($"L1({factor})", EchoLstm.Layers.Regularizer.L1(factor)),
            1 => Written($"L2({factor})", EchoLstm.Layers.Regularizer.L2(factor)),
            _ => Written($"L1L2({factor}, 0.02)", EchoLstm.Layers.Regularizer.L1L2(factor, 0.02)),
        };

        Regularizer Written(string text, Regularizer regularizer)
        {
            _written.Add($"{name}: {text}");
            return regularizer;
        }
    }

    internal T Write<T>(string? name, T value)
    {
        _written.Add((name is null ? "" : $"{name}: ") + value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            Enum choice => $"{typeof(T).Name}.{choice}",
            string text => $"\"{text}\"",
            IEnumerable<long> lengths => $"[{string.Join(", ", lengths)}]",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        });
        return value;
    }

    internal Recipe<T> Recipe<T>(string name, Func<T> make) => new($"{name}({this})", make);

    public override string ToString() => string.Join(", ", _written);
}
