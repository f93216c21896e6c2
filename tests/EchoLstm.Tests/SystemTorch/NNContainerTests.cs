using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNContainerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private sealed class Doubler : Module<Tensor, Tensor>
    {
        internal Doubler() : base(nameof(Doubler)) { }

        internal int Runs;

        public override Tensor forward(Tensor input)
        {
            Runs++;
            return input * 2;
        }
    }

    private sealed class Stack : Sequential
    {
        internal Stack() : base(("double", new Doubler()), ("linear", Linear(1, 1))) { }
    }

    private sealed class Summing : Sequential<Tensor, Tensor, Tensor>
    {
        internal Summing() : base(("left", Linear(1, 1)), ("right", Linear(1, 1))) { }

        public override Tensor forward(Tensor left, Tensor right)
            => ((Linear)this[0]).call(left) + ((Linear)this[1]).call(right);
    }

    private sealed class Scaled : Module<Tensor, Tensor>
    {
        private readonly ModuleList<Linear> layers = ModuleList<Linear>(Linear(1, 1), Linear(1, 1));
        private readonly ParameterList scales = ParameterList(Parameter(ones(1)), Parameter(ones(1)));

        internal Scaled() : base(nameof(Scaled)) => RegisterComponents();

        internal ModuleList<Linear> Layers => layers;

        internal ParameterList Scales => scales;

        public override Tensor forward(Tensor input)
        {
            var result = input;
            for (int i = 0; i < layers.Count; i++) result = layers[i].call(result) * scales[i];
            return result;
        }
    }

    [Fact]
    public void A_sequence_runs_its_modules_in_order()
    {
        using var model = Sequential(Linear(2, 3), ReLU(), Linear(3, 1));
        var input = ones(4, 2);
        var linear = (Linear)model[0];

        var expected = ((Linear)model[2]).call(linear.call(input).relu());

        NNSamples.Elements(model.call(input)).Should().Equal(NNSamples.Elements(expected));
        model.Count.Should().Be(3);
        model.named_parameters().Select(pair => pair.name).Should().Equal("0.weight", "0.bias", "2.weight", "2.bias");
        model.named_children().Select(pair => pair.name).Should().Equal("0", "1", "2");
        model.state_dict().Keys.Should().Equal("0.weight", "0.bias", "2.weight", "2.bias");
        model.parameters(recurse: false).Should().BeEmpty();
    }

    [Fact]
    public void A_sequence_is_made_in_many_ways()
    {
        Module<Tensor, Tensor> First() => Linear(1, 1);
        string[] named = ["a.weight", "a.bias"], numbered = ["0.weight", "0.bias"];

        Names(Sequential(("a", First()))).Should().Equal(named);
        Names(Sequential(Tuple.Create("a", First()))).Should().Equal(named);
        Names(Sequential(new List<(string, Module<Tensor, Tensor>)> { ("a", First()) })).Should().Equal(named);
        Names(Sequential(new List<Tuple<string, Module<Tensor, Tensor>>> { Tuple.Create("a", First()) })).Should().Equal(named);
        Names(Sequential(First())).Should().Equal(numbered);
        Names(Sequential(new List<Module<Tensor, Tensor>> { First() })).Should().Equal(numbered);
        Names(Sequential().append("a", First())).Should().Equal(named);
        Names(Sequential().append(First())).Should().Equal(numbered);
        using var empty = Sequential();
        empty.call(ones(1)).ShouldBe([1], 1);

        static IEnumerable<string> Names(Sequential sequence) => sequence.named_parameters().Select(pair => pair.name);
    }

    [Fact]
    public void A_sequence_can_be_derived_from()
    {
        using var model = new Stack();

        model.named_parameters().Select(pair => pair.name).Should().Equal("linear.weight", "linear.bias");
        model.call(ones(1, 1)).shape.Should().Equal(1, 1);
        ((Doubler)model[0]).Runs.Should().Be(1);
    }

    [Fact]
    public void A_slice_shares_the_modules()
    {
        using var model = Sequential(new Doubler(), new Doubler(), new Doubler());

        var slice = model[1..];
        slice.Count.Should().Be(2);
        slice[0].Should().BeSameAs(model[1]);
        slice.call(ones(1)).ShouldHold(4);
        model[(null, 1)].call(ones(1)).ShouldHold(2);
        model[..^1].Count.Should().Be(2);
        model.Invoking(m => m[(0, 4)]).Should().Throw<IndexOutOfRangeException>();
    }

    [Fact]
    public void A_sequence_passes_on_mode_type_and_disposal()
    {
        var model = Sequential(Linear(1, 1), Dropout());
        var parameters = model.parameters().ToArray();

        model.eval();
        model.modules().Should().OnlyContain(module => !module.training);
        model.train();
        model.modules().Should().OnlyContain(module => module.training);
        model.to(ScalarType.Float64);
        model.parameters().Should().OnlyContain(parameter => parameter.dtype == ScalarType.Float64);
        parameters = [.. model.parameters()];
        model.Dispose();
        parameters.Should().OnlyContain(parameter => parameter.IsInvalid);
    }

    [Fact]
    public void A_sequence_of_another_signature_computes_what_its_class_says()
    {
        using var model = new Summing();

        model.call(ones(1, 1), zeros(1, 1)).shape.Should().Equal(1, 1);
        model.named_parameters().Select(pair => pair.name).Should().Equal("left.weight", "left.bias", "right.weight", "right.bias");
        model.Count.Should().Be(2);
    }

    [Fact]
    public void Lists_and_dictionaries_register_what_they_hold()
    {
        using var model = new Scaled();

        model.named_parameters().Select(pair => pair.name).Should().BeEquivalentTo(
            "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "scales.0", "scales.1");
        model.call(ones(1, 1)).sum().backward();
        model.Scales[1].grad.Should().NotBeNull();
        model.to(ScalarType.Float64);
        model.Scales[0].dtype.Should().Be(ScalarType.Float64);
        model.Layers[0].weight.dtype.Should().Be(ScalarType.Float64);

        using var named = ModuleDict(("tanh", (Module)Tanh()), ("linear", Linear(1, 1)));
        using var holder = Sequential();
        holder.register_module("named", named);
        named.named_parameters().Select(pair => pair.name).Should().Equal("linear.weight", "linear.bias");
    }

    [Fact]
    public void A_module_list_is_a_list()
    {
        var (a, b, c) = (Linear(1, 1), Linear(1, 1), Linear(1, 1));
        using var list = ModuleList<Linear>(a);

        list.append(b);
        list.extend([c]);
        list.Insert(0, c);
        list.Should().Equal(c, a, b, c);
        list.IndexOf(a).Should().Be(1);
        list.Contains(b).Should().BeTrue();
        list.RemoveAt(0);
        list.Remove(b).Should().BeTrue();
        list[0] = b;
        list.Should().Equal(b, c);
        list.Count.Should().Be(2);
        list.Clear();
        list.Should().BeEmpty();
    }

    [Fact]
    public void A_module_dictionary_keeps_names_and_order()
    {
        var (a, b) = (Linear(1, 1), Linear(1, 1));
        using var dictionary = ModuleDict(("z", a), ("y", b));

        dictionary["z"].Should().BeSameAs(a);
        dictionary[1].Should().Be(("y", b));
        dictionary.Keys.Should().Equal("z", "y");
        dictionary.ContainsKey("x").Should().BeFalse();
        dictionary.TryGetValue("y", out var found).Should().BeTrue();
        found.Should().BeSameAs(b);
        dictionary.Remove("z").Should().BeTrue();
        dictionary.Count.Should().Be(1);
    }
}
