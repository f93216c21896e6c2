namespace EchoLstm.Tests;

/// <summary>Expects errors by their whole message, and that they changed nothing.</summary>
internal static class Errors
{
    /// <summary>Expects exactly this exception with exactly this message.</summary>
    internal static TException Expect<TException>(Action action, string message)
        where TException : Exception
    {
        var thrown = Assert.Throws<TException>(action);
        Invariant(thrown).Should().Be(message);
        return thrown;
    }

    // .NET writes a last line of its own under ArgumentOutOfRangeException, in the user's culture.
    private static string Invariant(Exception thrown) => thrown is ArgumentOutOfRangeException { ActualValue: { } value }
        ? thrown.Message.Replace($"{Environment.NewLine}Actual value was {value}.", string.Create(CultureInfo.InvariantCulture, $"{Environment.NewLine}Actual value was {value}."), StringComparison.Ordinal)
        : thrown.Message;

    /// <summary>As <see cref="Expect"/>; the module's weights, gradients' switches and carried states must be as they were.</summary>
    internal static TException ExpectWithoutChange<TException>(Layer layer, Action action, string message)
        where TException : Exception
    {
        var before = Contents(layer);
        var thrown = Expect<TException>(action, message);
        Contents(layer).Should().Equal(before, "an error changes nothing");
        return thrown;
    }

    /// <summary>All that training may change: weights, which of them train, carried states, and the shape that the layer is built for.</summary>
    internal static List<string> Contents(Layer layer)
    {
        List<string> contents = [layer.InputShape?.ToString() ?? "not built"];
        foreach (var (name, parameter) in layer.named_parameters())
        {
            contents.Add($"{name} {parameter.requires_grad} {string.Join(' ', parameter.Values())}");
        }
        foreach (var lstm in layer.modules().Append(layer).Distinct().OfType<Lstm>())
        {
            using var state = lstm.CopyState();
            contents.Add(state is null ? "no state" : $"{string.Join(' ', state.Hidden.Values())} | {string.Join(' ', state.Cell.Values())}");
        }
        return contents;
    }
}
