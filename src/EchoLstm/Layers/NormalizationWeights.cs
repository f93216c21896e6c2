using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>What LayerNormalization and BatchNormalization learn: a number a feature each, under Keras's names in Keras's order.</summary>
internal sealed class NormalizationWeights(Layer layer)
{
    private const string GammaName = "gamma";
    private const string BetaName = "beta";

    private NormalizationSettings Settings => (NormalizationSettings)layer.Settings;

    internal Tensor Gamma => layer.get_parameter(GammaName)!;

    internal Tensor Beta => layer.get_parameter(BetaName)!;

    /// <summary>All of them, statistics included; none before they are made.</summary>
    internal IReadOnlyList<LayerWeight> All => layer.IsBuilt ? [.. Settings.WeightNames.Select(WeightOf)] : [];

    /// <summary>One of them, by whose type the input is checked.</summary>
    internal Tensor? First => layer.IsBuilt && Settings.WeightNames.FirstOrDefault() is { } name ? Find(name) : null;

    /// <summary>Those that are trained, in the order of the kernel's.</summary>
    internal IReadOnlyList<ParameterMemory> Memories =>
        [.. Settings.WeightNames.Where(IsTrained).Select(name => new ParameterMemory(() => layer.get_parameter(name)!))];

    internal string? Formula => layer.InputShape?.Last is { } features
        ? string.Create(CultureInfo.InvariantCulture, $"{Settings.WeightNames.Count()} * {features}")
        : null;

    internal static void CheckEpsilon(double epsilon, string layer)
    {
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(epsilon),
                epsilon,
                $"{layer}'s epsilon is added to a variance, whose root is divided by: expected a finite number of at least 0.");
        }
    }

    /// <summary>Makes them: factors and variances are 1, the others 0.</summary>
    internal void Create(Shape inputShape)
    {
        var features = layer.FeaturesOf(inputShape, "(samples, ..., features)");
        SizeGuard.Check(layer.Title, (decimal)Settings.WeightNames.Count() * features, "There is a number of each kind for each feature.");
        foreach (var name in Settings.WeightNames)
        {
            var values = name is GammaName or BatchNormalizationSettings.MovingVariance ? ones(features) : zeros(features);
            if (IsTrained(name))
            {
                layer.register_parameter(name, nn.Parameter(values));
            }
            else
            {
                layer.register_buffer(name, values.DetachFromDisposeScope());
            }
        }
    }

    private static bool IsTrained(string name) => name is GammaName or BetaName;

    private Tensor Find(string name) => IsTrained(name) ? layer.get_parameter(name)! : layer.get_buffer(name)!;

    private LayerWeight WeightOf(string name) => new(
        name,
        () => Find(name),
        weight => weight.alias(),
        name == GammaName ? Settings.GammaRegularizer : name == BetaName ? Settings.BetaRegularizer : null);
}
