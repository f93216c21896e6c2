using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNModuleTests
{
    private sealed class Perceptron : Module<Tensor, Tensor>
    {
        private readonly Linear hidden = Linear(2, 3);
        private readonly Module<Tensor, Tensor> activation = Tanh();
        private readonly Linear output = Linear(3, 1);
        private readonly Parameter scale = Parameter(ones(1));
        private readonly Tensor offset = zeros(1);

        [ComponentName(Name = "named")]
        private readonly Linear other = Linear(1, 1);

        internal int Forwards;

        internal Perceptron() : base(nameof(Perceptron)) => RegisterComponents();

        internal Parameter Scale => scale;

        internal Tensor Offset => offset;

        internal Linear Other => other;

        public override Tensor forward(Tensor input)
        {
            Forwards++;
            using var inner = hidden.call(input);
            using var active = activation.call(inner);
            return output.call(active);
        }
    }

    private sealed class Adder : Module<Tensor, Tensor, Tensor>
    {
        internal Adder() : base(nameof(Adder)) { }

        public override Tensor forward(Tensor left, Tensor right) => left + right;
    }

    private sealed class Chooser : Module<Tensor, Tensor, Tensor, Tensor>
    {
        internal Chooser() : base(nameof(Chooser)) { }

        public override Tensor forward(Tensor condition, Tensor yes, Tensor no) => where(condition, yes, no);
    }

    private sealed class Holder : Module<Tensor, Tensor>
    {
        private Parameter? held;

        internal Holder() : base(nameof(Holder)) { }

        internal bool DisposedByUser { get; private set; }

        internal void Hold(string name, Parameter? value) => ConditionallyRegisterParameter(name, value);

        internal void Keep(string name, Tensor? value, bool persistent = true) => ConditionallyRegisterBuffer(name, value, persistent);

        internal void Register() => RegisterComponents();

        internal void Set(Parameter value) => held = value;

        public override Tensor forward(Tensor input) => held is null ? input.alias() : input * held;

        protected override void Dispose(bool disposing)
        {
            DisposedByUser |= disposing;
            base.Dispose(disposing);
        }
    }

    [Fact]
    public void Fields_become_components_under_their_names()
    {
        using var model = new Perceptron();

        model.named_children().Select(child => child.name).Should().Equal("hidden", "activation", "output", "named");
        model.named_parameters().Select(pair => pair.name).Should().Equal(
            "scale", "hidden.weight", "hidden.bias", "output.weight", "output.bias", "named.weight", "named.bias");
        model.named_buffers().Select(pair => pair.name).Should().Equal("offset");
        model.state_dict().Keys.Should().Equal(
            "scale", "hidden.weight", "hidden.bias", "output.weight", "output.bias", "named.weight", "named.bias", "offset");
        model.parameters(recurse: false).Should().ContainSingle().Which.Should().BeSameAs(model.Scale);
        model.buffers().Should().ContainSingle().Which.Should().BeSameAs(model.Offset);
        model.modules().Should().HaveCount(4);
        model.children().Should().HaveCount(4);
        model.GetName().Should().Be("Perceptron");
    }

    [Fact]
    public void Names_lead_to_parameters_and_buffers()
    {
        using var model = new Perceptron();

        model.get_parameter("named.weight").Should().BeSameAs(model.Other.weight);
        model.get_parameter("named.nothing").Should().BeNull();
        model.get_parameter("nothing").Should().BeNull();
        model.has_parameter("hidden.bias").Should().BeTrue();
        model.has_parameter("hidden.offset").Should().BeFalse();
        model.get_buffer("offset").Should().BeSameAs(model.Offset);
        model.get_buffer("hidden.offset").Should().BeNull();
        model.has_buffer("offset").Should().BeTrue();
        model.has_buffer("scale").Should().BeFalse();
    }

    [Fact]
    public void Names_are_checked_when_registered()
    {
        using var holder = new Holder();
        using var child = Linear(1, 1);
        holder.register_module("child", child);

        holder.Invoking(module => module.register_module("child", child)).Should().Throw<InvalidOperationException>().WithMessage("*child is already registered*");
        holder.Invoking(module => module.register_module("a.b", child)).Should().Throw<ArgumentException>().WithMessage("*can't contain*a.b*");
        holder.Invoking(module => module.register_module("", child)).Should().Throw<ArgumentException>();
        holder.Invoking(module => module.register_parameter("p", null!)).Should().Throw<ArgumentNullException>();
        holder.Invoking(module => module.register_buffer("b", null!)).Should().Throw<ArgumentNullException>();
        holder.register_buffer("b", zeros(1));
        holder.Invoking(module => module.register_buffer("b", zeros(1))).Should().Throw<InvalidOperationException>();
        holder.register_parameter("p", Parameter(zeros(1)));
        holder.Invoking(module => module.register_parameter("p", Parameter(zeros(1)))).Should().Throw<InvalidOperationException>();
        holder.register_module("child", null!);
        holder.children().Should().BeEmpty();
    }

    [Fact]
    public void Conditional_registration_adds_replaces_and_removes()
    {
        using var holder = new Holder();
        var (first, second) = (Parameter(zeros(1)), Parameter(ones(1)));

        holder.Hold("p", first);
        holder.Hold("q", Parameter(zeros(2)));
        holder.Hold("p", second);
        holder.named_parameters().Select(pair => pair.name).Should().Equal("p", "q");
        holder.get_parameter("p").Should().BeSameAs(second);
        holder.Hold("p", null);
        holder.named_parameters().Select(pair => pair.name).Should().Equal("q");

        holder.Keep("kept", zeros(1));
        holder.Keep("passing", zeros(1), persistent: false);
        holder.state_dict().Keys.Should().Equal("q", "kept");
        holder.has_buffer("passing").Should().BeTrue();
        holder.Keep("kept", null);
        holder.state_dict().Keys.Should().Equal("q");
        first.Dispose();
    }

    [Fact]
    public void A_parameter_shared_by_two_fields_counts_once()
    {
        using var shared = Linear(2, 2);
        using var list = ModuleList<Linear>(shared, shared);
        using var holder = new Holder();
        holder.register_module("list", list);

        holder.parameters().Should().HaveCount(2);
    }

    [Fact]
    public void Components_are_registered_once()
    {
        using var holder = new Holder();
        holder.Register();
        holder.Set(Parameter(ones(1)));
        holder.Register();

        holder.parameters().Should().BeEmpty();
    }

    [Fact]
    public void Training_mode_reaches_all_modules()
    {
        using var model = new Perceptron();
        model.training.Should().BeTrue();

        model.eval();
        model.training.Should().BeFalse();
        model.modules().Should().OnlyContain(module => !module.training);
        model.train();
        model.modules().Should().OnlyContain(module => module.training);
    }

    [Fact]
    public void Apply_visits_children_first()
    {
        using var model = new Perceptron();
        var names = new List<string>();

        model.apply(module => names.Add(module.GetName())).Should().BeSameAs(model);

        names.Should().Equal("Linear", "Tanh", "Linear", "Linear", "Perceptron");
    }

    [Fact]
    public void Gradients_are_cleared_or_zeroed()
    {
        using var model = new Perceptron();
        using var scope = NewDisposeScope();
        void Backward() => model.call(ones(4, 2)).sum().backward();

        Backward();
        model.get_parameter("hidden.weight")!.grad.Should().NotBeNull();
        model.zero_grad(set_to_none: false);
        NNSamples.Elements(model.get_parameter("hidden.weight")!.grad!).Should().OnlyContain(value => value == 0);
        Backward();
        model.zero_grad();
        model.parameters().Select(parameter => parameter.grad).OfType<Tensor>().Should().BeEmpty();
    }

    [Fact]
    public void Hooks_see_and_replace_inputs_and_results()
    {
        using var model = new Perceptron();
        using var scope = NewDisposeScope();
        var calls = new List<string>();
        var input = ones(1, 2);
        double plain = model.call(input).item<float>();

        var before = model.register_forward_pre_hook((module, x) =>
        {
            calls.Add("before " + module.GetName());
            return x * 0;
        });
        var after = model.register_forward_hook((module, x, y) =>
        {
            calls.Add("after " + x.sum().item<float>());
            return y + 100;
        });
        var bare = model.register_forward_pre_hook((Module module) => calls.Add("bare"));
        var last = model.register_forward_hook((Module module) => calls.Add("last"));

        double changed = model.call(input).item<float>();
        double direct = model.forward(input).item<float>();
        calls.Should().Equal("bare", "before Perceptron", "after 0", "last");
        direct.Should().Be(plain);
        changed.Should().BeGreaterThan(90);

        before.remove();
        after.remove();
        bare.remove();
        last.remove();
        last.remove();
        model.call(input).item<float>().Should().Be((float)plain);
        calls.Should().HaveCount(4);
    }

    [Fact]
    public void Modules_of_two_and_three_inputs_have_hooks_too()
    {
        using var adder = new Adder();
        using var chooser = new Chooser();
        using var scope = NewDisposeScope();
        var (one, two) = (tensor(1.0), tensor(2.0));

        adder.call(one, two).item<double>().Should().Be(3);
        adder.register_forward_pre_hook((_, x, y) => (x * 10, y));
        adder.register_forward_hook((_, _, _, sum) => -sum);
        adder.call(one, two).item<double>().Should().Be(-12);

        chooser.call(tensor(true), one, two).item<double>().Should().Be(1);
        chooser.register_forward_pre_hook((_, condition, yes, no) => (condition.logical_not(), yes, no));
        chooser.register_forward_hook((_, _, _, _, _) => null!);
        chooser.call(tensor(true), one, two).item<double>().Should().Be(2);
    }

    [Fact]
    public void Converting_replaces_parameters_everywhere()
    {
        using var model = new Perceptron();
        model.call(ones(1, 2)).sum().backward();
        float weight = model.Other.weight.item<float>();

        model.to(ScalarType.Float64).Should().BeSameAs(model);

        model.parameters().Should().OnlyContain(parameter => parameter.dtype == ScalarType.Float64 && parameter.requires_grad && parameter.is_leaf);
        model.Offset.dtype.Should().Be(ScalarType.Float64);
        model.get_parameter("scale").Should().BeSameAs(model.Scale);
        model.get_parameter("named.weight").Should().BeSameAs(model.Other.weight);
        model.Other.weight.item<double>().Should().Be(weight);
        model.get_parameter("hidden.weight")!.grad!.dtype.Should().Be(ScalarType.Float64);
        model.call(ones(1, 2, dtype: ScalarType.Float64)).dtype.Should().Be(ScalarType.Float64);

        model.@float().half().bfloat16().@double().cpu();
        model.Scale.dtype.Should().Be(ScalarType.Float64);
        model.to(zeros(1)).Scale.dtype.Should().Be(ScalarType.Float32);
        model.to("cpu").to(DeviceType.CPU).to(CPU).to(CPU, ScalarType.Float64).Scale.dtype.Should().Be(ScalarType.Float64);
        model.Invoking(module => module.to(ScalarType.Int64)).Should().Throw<ArgumentException>().WithMessage("*only accepts floating point*Int64*");
    }

    [Fact]
    public void Disposing_releases_the_whole_tree()
    {
        var model = new Perceptron();
        var (parameters, buffers) = (model.parameters().ToArray(), model.buffers().ToArray());
        using var input = ones(1, 2);

        model.Dispose();
        model.Dispose();

        parameters.Should().OnlyContain(parameter => parameter.IsInvalid);
        buffers.Should().OnlyContain(buffer => buffer.IsInvalid);
        model.Invoking(module => module.call(input)).Should().Throw<InvalidOperationException>();

        var holder = new Holder();
        holder.Dispose();
        holder.DisposedByUser.Should().BeTrue();
    }

    [Fact]
    public void A_library_modules_parameters_outlive_the_scope_that_saw_them_made()
    {
        Linear linear;
        using (NewDisposeScope()) linear = Linear(2, 2);

        linear.weight.IsInvalid.Should().BeFalse();
        linear.bias!.IsInvalid.Should().BeFalse();
        linear.Dispose();
    }

    [Fact]
    public void A_parameter_takes_its_tensor_over()
    {
        using var scope = NewDisposeScope();
        var data = ones(2);
        var parameter = Parameter(data);
        var frozen = zeros(2).AsParameter();

        data.IsInvalid.Should().BeTrue();
        parameter.requires_grad.Should().BeTrue();
        parameter.is_leaf.Should().BeTrue();
        parameter.ShouldBe([2], 1, 1);
        frozen.requires_grad.Should().BeTrue();
        new Parameter(zeros(1), requires_grad: false).requires_grad.Should().BeFalse();
    }

    [Fact]
    public void A_parameter_belongs_to_its_tensors_scope()
    {
        Parameter inner, kept;
        using (NewDisposeScope())
        {
            inner = Parameter(ones(1));
            kept = (Parameter)Parameter(ones(1)).DetachFromDisposeScope();
        }

        inner.IsInvalid.Should().BeTrue();
        kept.IsInvalid.Should().BeFalse();
        kept.Dispose();
    }
}
