namespace EchoLstm.Tests.Layers;

/// <summary>What holds for every layer, whatever it computes.</summary>
public class LayerContractTests
{
    private const double LearningRate = 1e-3;

    public static TheoryData<string> Layers => [.. LayerCases.All.Keys];

    [Fact]
    public void Every_layer_has_a_case()
    {
        var checkedTypes = LayerCases.All.Values.SelectMany(given =>
        {
            using var layer = given.Make();
            return layer.modules().Append(layer).Select(module => module.GetType()).ToList();
        }).ToHashSet();

        typeof(Layer).Assembly.GetExportedTypes().Where(type => typeof(Layer).IsAssignableFrom(type) && !type.IsAbstract).Should().BeSubsetOf(checkedTypes);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_output_has_the_declared_shape(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Unbuilt(name);
        using (layer)
        {
            var declared = layer.OutputShape(Shape.Of(x));
            layer.IsBuilt.Should().BeFalse("a shape needs no weights");

            var output = layer.call(x);

            Shape.Of(output).Should().Equal(declared);
            layer.OutputShape(Shape.Of(x).With(0, null)).Should().Equal(declared.With(0, null));
            layer.InputShape.Should().Equal(Shape.Of(x).With(0, null), "the first call built it");
            ResetStates(layer);
            layer.call(x.narrow(0, 0, 1)).shape[1..].Should().Equal(output.shape[1..], "any number of samples will do");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_parameters_are_as_many_as_documented_and_as_the_weights_hold(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, _) = Built(name);
        using (layer)
        {
            var untrained = LayerCases.All[name].Untrained;
            layer.CountParameters().Should().Be(LayerCases.All[name].Parameters);
            layer.parameters().Sum(parameter => parameter.numel()).Should().Be(layer.CountParameters() - untrained);
            layer.GetWeights().Sum(weight => weight.LongLength).Should().Be(layer.CountParameters());
            layer.CountParameters(trainable: true).Should().Be(layer.CountParameters() - untrained);
            layer.CountParameters(trainable: false).Should().Be(untrained);
            layer.named_parameters().Select(named => named.name).Should().OnlyHaveUniqueItems();
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_gradients_equal_differences(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, _) = Built(name);
        using (layer)
        {
            layer.to(ScalarType.Float64);
            var x = LayerCases.All[name].Input(21, ScalarType.Float64);
            Tensor[] differentiable = LayerCases.All[name].ReadsClasses ? [] : [x];
            GradientCheck.Verify(
                _ =>
                {
                    ResetStates(layer);
                    return layer.call(x);
                },
                [.. differentiable, .. layer.parameters()]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_state_dictionary_takes_the_weights_to_another_layer(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        var (other, _) = BuiltOtherwise(name);
        using (layer)
        using (other)
        {
            other.load_state_dict(layer.state_dict());

            ResetStates(layer);
            other.call(x).ShouldMatchTensor(layer.call(x), Tolerance.None, "the output after loading");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_file_takes_the_weights_to_another_layer(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        var (other, _) = BuiltOtherwise(name);
        var path = Path.GetTempFileName();
        using (layer)
        using (other)
        {
            try
            {
                ((nn.Module)layer).save(path);
                ((nn.Module)other).load(path);
            }
            finally
            {
                File.Delete(path);
            }

            ResetStates(layer);
            other.call(x).ShouldMatchTensor(layer.call(x), Tolerance.None, "the output after loading");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Weights_as_arrays_take_the_weights_to_another_layer(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        var (other, _) = BuiltOtherwise(name);
        using (layer)
        using (other)
        {
            var weights = layer.GetWeights();
            other.SetWeights(weights);

            other.GetWeights().Values().ShouldMatch(weights.Values(), Tolerance.None, "the weights");
            ResetStates(layer);
            other.call(x).ShouldMatchTensor(layer.call(x), Tolerance.None, "the output after setting the weights");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void One_seed_gives_one_layer(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        var (other, _) = Built(name);
        using (layer)
        using (other)
        {
            other.call(x).ShouldMatchTensor(layer.call(x), Tolerance.None);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void One_training_step_lowers_the_loss(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        using (layer)
        {
            Tensor Loss()
            {
                ResetStates(layer);
                var output = layer.call(x);
                return (output - Numbers.Uniform(3, output.shape)).pow(2).mean();
            }

            // A layer without weights moves its input.
            Tensor[] moved = layer.parameters().Any() ? [.. layer.parameters()] : [x.requires_grad_()];
            var before = Loss();
            before.backward();
            using (no_grad())
            {
                foreach (var tensor in moved)
                {
                    tensor.sub_(tensor.grad! * LearningRate);
                }
            }

            Loss().ToDouble().Should().BeLessThan(before.ToDouble());
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void It_neither_changes_nor_disposes_its_input(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        using (layer)
        {
            var before = x.Values();

            layer.call(x).Dispose();

            x.ShouldMatch(before, Tolerance.None, "the input");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Disposed_it_leaves_no_live_tensor(string name)
    {
        using var x = LayerCases.All[name].Input(5);
        Use();
        // Some of TorchSharp's own modules leave a tensor behind where they are made.
        var before = Live();
        LayerCases.All[name].Make().Dispose();
        var ofMaking = Live() - before;
        before = Live();

        Use();

        (Live() - before).Should().Be(ofMaking);

        void Use()
        {
            using var layer = LayerCases.All[name].Make();
            for (var call = 0; call < 3; call++)
            {
                using var output = layer.call(x);
                if (output.requires_grad)
                {
                    using var sum = output.sum();
                    sum.backward();
                }
            }
            layer.SetWeights(layer.GetWeights());
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Its_calls_leave_no_tensor_but_the_output(string name)
    {
        using var x = LayerCases.All[name].Input(5);
        using var layer = LayerCases.All[name].Make();
        layer.call(x).Dispose();
        var before = Live();

        for (var call = 0; call < 20; call++)
        {
            layer.call(x).Dispose();
            _ = layer.GetWeights();
            _ = layer.CountParameters();
            _ = layer.OutputShape(Shape.Of(x));
        }

        Live().Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Used_after_disposal_it_throws(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Built(name);
        var weights = layer.GetWeights();
        layer.Dispose();

        foreach (var use in new Action[]
        {
            () => layer.call(x),
            () => layer.Build(Shape.Of(x)),
            () => layer.GetWeights(),
            () => layer.SetWeights(weights),
            () => layer.CountParameters(),
        })
        {
            Assert.Throws<ObjectDisposedException>(use).ObjectName.Should().Be(layer.GetType().FullName);
        }
        layer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Frozen_it_has_no_gradients_before_or_after_it_is_built(string name)
    {
        using var scope = NewDisposeScope();
        var (layer, x) = Unbuilt(name);
        using (layer)
        {
            layer.Trainable = false;
            var output = layer.call(x);

            output.requires_grad.Should().BeFalse();
            layer.CountParameters(trainable: true).Should().Be(0);
            layer.CountParameters(trainable: false).Should().Be(LayerCases.All[name].Parameters);
            layer.Trainable = true;
            layer.CountParameters(trainable: true).Should().Be(LayerCases.All[name].Parameters - LayerCases.All[name].Untrained);
        }
    }

    /// <summary>The tensors of this thread that are not disposed.</summary>
    internal static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private static (Layer Layer, Tensor X) Unbuilt(string name) => (LayerCases.All[name].Make(), LayerCases.All[name].Input(5));

    private static (Layer Layer, Tensor X) Built(string name)
    {
        var (layer, x) = Unbuilt(name);
        layer.Build(Shape.Of(x).With(0, null));
        return (layer, x);
    }

    // As Built, with other weights.
    private static (Layer Layer, Tensor X) BuiltOtherwise(string name)
    {
        var (layer, x) = Built(name);
        using var withoutGradients = no_grad();
        foreach (var parameter in layer.parameters())
        {
            parameter.mul_(1.5).add_(0.25);
        }
        return (layer, x);
    }

    private static void ResetStates(Layer layer)
    {
        foreach (var stateful in layer.modules().Append(layer).OfType<RecurrentLayer>())
        {
            stateful.ResetStates();
        }
    }
}
