using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class OperatorErrorTests
{
    private const string AddSchema = "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor";

    [Fact]
    public void Wrong_shapes_give_libtorchs_words_after_the_operators_name()
    {
        var act = () => Add(Vector(1, 2, 3), Vector(1, 2));
        act.Should().Throw<ExternalException>().WithMessage(
            "aten::add.Tensor: The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0");
    }

    [Fact]
    public void A_missing_argument_is_named()
    {
        var act = () => Operator.Find("aten::add", "Tensor").Call(Vector(1));
        act.Should().Throw<ExternalException>().WithMessage($"aten::add.Tensor: argument 'other' (position 1) is missing: {AddSchema}");
    }

    [Fact]
    public void An_argument_of_the_wrong_type_is_named()
    {
        var act = () => Operator.Find("aten::add", "Tensor").Call(Vector(1), 2.0);
        act.Should().Throw<ExternalException>().WithMessage(
            $"aten::add.Tensor: argument 'other' (position 1) is Tensor but was given a float: {AddSchema}");
    }

    [Fact]
    public void Too_many_arguments_are_counted()
    {
        var act = () => Operator.Find("aten::add", "Tensor").Call(Vector(1), Vector(1), 1, 1);
        act.Should().Throw<ExternalException>().WithMessage($"aten::add.Tensor: takes at most 3 arguments but was given 4: {AddSchema}");
    }

    [Fact]
    public void Ints_bools_and_floats_are_not_mixed_up()
    {
        var softmax = Operator.Find("aten::softmax", "int");
        softmax.Invoking(op => op.Call(Vector(1), 0.0)).Should().Throw<ExternalException>().WithMessage("*'dim'*is int but was given a float*");
        softmax.Invoking(op => op.Call(Vector(1), true)).Should().Throw<ExternalException>().WithMessage("*'dim'*is int but was given a bool*");
        var dropout = Operator.Find("aten::dropout");
        dropout.Invoking(op => op.Call(Vector(1), 0.5, 1)).Should().Throw<ExternalException>().WithMessage("*'train'*is bool but was given an int*");
    }

    [Fact]
    public void A_gap_in_a_list_of_tensors_is_named()
    {
        var act = () => Operator.Find("aten::cat").Call(new Tensor?[] { Vector(1), null });
        act.Should().Throw<ExternalException>().WithMessage("aten::cat: argument 'tensors' has no tensor at position 1");
    }

    [Fact]
    public void An_unknown_operator_is_named()
    {
        var act = () => Operator.Find("aten::no_such_operator", "at_all").Call(Vector(1));
        act.Should().Throw<ExternalException>().WithMessage("aten::no_such_operator.at_all: libtorch * has no such operator");
    }

    [Fact]
    public void The_library_works_on_after_an_error()
    {
        for (var i = 0; i < 100; i++)
        {
            var act = () => Add(Vector(1, 2, 3), Vector(1, 2));
            act.Should().Throw<ExternalException>();
            Values(Add(Vector(1), Vector(2))).Should().Equal(3);
        }
    }

    [Fact]
    public void Errors_belong_to_their_thread()
    {
        Parallel.For(0, 200, i =>
        {
            var act = () => Operator.Find("aten::unsqueeze").Call(Vector(1), 100 + i);
            act.Should().Throw<ExternalException>().WithMessage($"*got {100 + i})");
        });
    }
}
