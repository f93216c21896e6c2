namespace EchoLstm.Tests.Layers;

/// <summary>What every layer says to tensors that it can't compute with: Torch's own words name neither the layer nor the mend, and some of its calls end the process.</summary>
public class LayerTypesTests
{
    private const string Mend = "where another layer made it, move all layers alike, e.g. model.to";

    public static TheoryData<string> Layers => [.. LayerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Numbers_that_nothing_is_computed_with_are_refused_by_name(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCases.All[name].Make();
        var x = LayerCases.All[name].Input(1);
        if (TakesAnything(layer))
        {
            return;
        }
        foreach (var isBuilt in new[] { false, true })
        {
            if (isBuilt)
            {
                _ = layer.call(x);
            }
            Refuses(layer, x.to(ScalarType.ComplexFloat32), "is a tensor of complex numbers (ComplexFloat32), but a model computes with real ones. Give it real and imaginary parts as two features, or the absolute values.");
            Refuses(layer, Sparse(x), "is a sparse tensor, but a model computes with dense ones. Convert it with to_dense().");
            Refuses(layer, x.to(DeviceType.META), "is on the device META, where a tensor has a shape but no numbers. Give it numbers on the CPU or an accelerator.");
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_disposed_tensor_is_told_from_one_that_is_not(string name)
    {
        using var layer = LayerCases.All[name].Make();
        var x = LayerCases.All[name].Input(1);
        x.Dispose();

        Refuses(layer, x, "is a tensor that was disposed, by itself or with the dispose scope that it was made in. Dispose it later, or take it out of the scope with DetachFromDisposeScope().");
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Layers_with_weights_take_their_type_alone(ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, given) in LayerCases.All)
        {
            using var layer = given.Make();
            var x = given.Input(1);
            _ = layer.call(x);
            if (given.ReadsClasses || given.Parameters == 0 || TakesAnything(layer) || layer.modules().Append(layer).Any(module => module is Masking))
            {
                continue;
            }
            var thrown = Assert.Throws<ArgumentException>(() => layer.call(x.to(type)));
            thrown.Message.Should().StartWith($"The input of {layer.Title} is of {type}, but ", name)
                .And.EndWith($" weights are of Float32. Convert it with to(ScalarType.Float32); {Mend}(ScalarType.Float32). (Parameter 'input')", name);
        }
    }

    [Fact]
    public void Whole_numbers_do_not_even_build_a_layer()
    {
        using var scope = NewDisposeScope();
        using var model = new EchoLstm.Models.SequentialModel(new Bidirectional(new Lstm(2)), new Dense(1));

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.call(ones(2, 3, 1, dtype: ScalarType.Int64)),
            "The input of SequentialModel 'sequential' is of Int64, but the layer computes with floating-point numbers. Convert it, e.g. with to(ScalarType.Float32). (Parameter 'input')");
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Sixteen_bits_run_or_are_refused_by_name(ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, given) in LayerCases.All)
        {
            using var layer = given.Make();
            _ = layer.call(given.Input(1));
            ResetStates(layer);
            layer.to(type);
            var x = given.Input(1).to(type);
            try
            {
                layer.call(x).isfinite().all().ToBoolean().Should().BeTrue(name);
            }
            catch (ArgumentException error)
            {
                error.Message.Should().Contain($" failed on input of shape ", name).And.Contain($", {type}: ", name);
            }
        }
    }

    [Fact]
    public void Query_value_key_and_mask_are_compared_before_Torch_multiplies_them()
    {
        using var scope = NewDisposeScope();
        foreach (var attention in new[] { new AdditiveAttention { Name = "a" }, new AdditiveAttention(useScale: false) { Name = "a" } })
        {
            using var layer = attention;
            var (query, value) = (zeros(2, 3, 4), zeros(2, 5, 4));
            _ = attention.Attend(query, value);
            var isWeighted = attention.UseScale;

            void Wrong(Action call, string weighted, string plain) => Errors.Expect<ArgumentException>(call, $"The {(isWeighted ? weighted : plain)}");

            Wrong(
                () => attention.Attend(query, value.to(ScalarType.Float64)),
                $"value of AdditiveAttention 'a' is of Float64, but the layer's weights are of Float32. Convert it with to(ScalarType.Float32); {Mend}(ScalarType.Float32). (Parameter 'value')",
                "value of AdditiveAttention 'a' is of Float64, but the query is of Float32. Convert it with to(ScalarType.Float32). (Parameter 'value')");
            Wrong(
                () => attention.Attend(query, value.to(ScalarType.Int32), value),
                $"value of AdditiveAttention 'a' is of Int32, but the layer's weights are of Float32. Convert it with to(ScalarType.Float32); {Mend}(ScalarType.Float32). (Parameter 'value')",
                "value of AdditiveAttention 'a' is of Int32, but the layer computes with floating-point numbers. Convert it, e.g. with to(ScalarType.Float32). (Parameter 'value')");
            Wrong(
                () => attention.Attend(query, value, value.to(ScalarType.BFloat16)),
                $"key of AdditiveAttention 'a' is of BFloat16, but the layer's weights are of Float32. Convert it with to(ScalarType.Float32); {Mend}(ScalarType.Float32). (Parameter 'key')",
                "key of AdditiveAttention 'a' is of BFloat16, but the query is of Float32. Convert it with to(ScalarType.Float32). (Parameter 'key')");
            const string Complex = "mask of AdditiveAttention 'a' is a tensor of complex numbers (ComplexFloat32), but a model computes with real ones. Give it real and imaginary parts as two features, or the absolute values. (Parameter 'mask')";
            Wrong(() => attention.Attend(query, value, valueMask: zeros(2, 5, dtype: ScalarType.ComplexFloat32)), Complex, Complex);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_with_a_state_compares_the_types_too(bool isFused)
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3) { UsesFusedKernel = isFused };
        using var gru = new Gru(3);
        using var plain = new SimpleRnn(3);
        var x = zeros(2, 4, 1);
        _ = (lstm.CallWithState(x), gru.CallWithState(x), plain.CallWithState(x));

        foreach (var type in new[] { ScalarType.Int64, ScalarType.Float64 })
        {
            string OfInput(string title) => $"The input of {title} is of {type}, but the layer's weights are of Float32. Convert it with to(ScalarType.Float32); {Mend}(ScalarType.Float32). (Parameter 'input')";
            Errors.Expect<ArgumentException>(() => lstm.CallWithState(x.to(type)), OfInput("Lstm 'lstm'"));
            Errors.Expect<ArgumentException>(() => gru.CallWithState(x.to(type)), OfInput("Gru 'gru'"));
            Errors.Expect<ArgumentException>(() => plain.CallWithState(x.to(type)), OfInput("SimpleRnn 'simple_rnn'"));

            string OfState(string title) => $"The state of {title} is of {type}, but the input is of Float32. Convert it with to(ScalarType.Float32). (Parameter 'state')";
            var state = zeros(2, 3, dtype: type);
            Errors.Expect<ArgumentException>(() => lstm.CallWithState(x, new LstmState(zeros(2, 3), state)), OfState("Lstm 'lstm'"));
            Errors.Expect<ArgumentException>(() => gru.CallWithState(x, state), OfState("Gru 'gru'"));
            Errors.Expect<ArgumentException>(() => plain.CallWithState(x, state), OfState("SimpleRnn 'simple_rnn'"));
        }
        var sparse = Sparse(ones(2, 3));
        Errors.Expect<ArgumentException>(
            () => lstm.CallWithState(x, new LstmState(sparse, sparse)),
            "The state of Lstm 'lstm' is a sparse tensor, but a model computes with dense ones. Convert it with to_dense(). (Parameter 'state')");
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Weights_that_were_moved_to_where_nothing_is_computed_are_named(string name)
    {
        using var scope = NewDisposeScope();
        var given = LayerCases.All[name];
        foreach (var isComplex in new[] { true, false })
        {
            using var layer = given.Make();
            var x = given.Input(1);
            _ = layer.call(x);
            if (given.Parameters == 0 || TakesAnything(layer) || layer.modules().Any(TakesAnything))
            {
                return;
            }
            _ = isComplex ? layer.to(ScalarType.ComplexFloat32) : layer.to(DeviceType.META);

            var thrown = Assert.Throws<InvalidOperationException>(() => layer.call(x));

            thrown.Message.Should().EndWith(isComplex
                ? " has weights of ComplexFloat32, but a model computes with real floating-point numbers. Move it to such a type, e.g. with to(ScalarType.Float32)."
                : " has weights on the device META, where a tensor has a shape but no numbers. Make it anew and load its weights.");
        }
    }

    // A module of TorchSharp's or the user's may compute with complex or sparse numbers.
    private static bool TakesAnything(nn.Module layer) => layer switch
    {
        TimeDistributed each => TakesAnything(each.InnerLayer),
        EchoLstm.Models.SequentialModel model => TakesAnything(model.Layers[0]),
        ModuleLayer => true,
        _ => false,
    };

    private static void ResetStates(Layer layer)
    {
        foreach (var stateful in layer.modules().Append(layer).OfType<IStateful>())
        {
            stateful.PutState(null);
        }
    }

    private static Tensor Sparse(Tensor dense)
    {
        var places = dense.ne(12345).nonzero().t();
        return sparse_coo_tensor(places, dense.flatten().index_select(0, arange(dense.numel())), dense.shape);
    }

    private static void Refuses(Layer layer, Tensor x, string fault) =>
        Errors.ExpectWithoutChange<ArgumentException>(layer, () => layer.call(x), $"The input of {layer.Title} {fault} (Parameter 'input')");
}
