using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.SystemTorch.Tests;

/// <summary>What works here and does not in TorchSharp 0.105.2: these tests would fail there.</summary>
public sealed class NNBeyondTorchSharpTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Hardtanh_gives_a_new_tensor()
    {
        var input = tensor(new[] { -4.0, 0.5, 4.0 });

        functional.hardtanh(input).data<double>().ToArray().Should().Equal(-1, 0.5, 1);
        Hardtanh(-2, 3).call(input).data<double>().ToArray().Should().Equal(-2, 0.5, 3);
        input.data<double>().ToArray().Should().Equal(-4, 0.5, 4);
    }

    [Fact]
    public void ELU_in_place_changes_its_input()
    {
        var input = tensor(new[] { -1.0, 2.0 });

        functional.elu(input, 1, inplace: true);

        input.data<double>()[0].Should().BeApproximately(Math.Exp(-1) - 1, 1e-12);
    }

    [Fact]
    public void Cells_start_from_zeros_without_a_state()
    {
        using var lstm = LSTMCell(2, 3);
        using var gru = GRUCell(2, 3);
        var (input, start) = (ones(4, 2), zeros(4, 3));

        lstm.call(input).Item1.Equals(lstm.call(input, (start, start)).Item1).Should().BeTrue();
        gru.forward(input).Equals(gru.call(input, start)).Should().BeTrue();
    }

    [Fact]
    public void A_module_dictionary_can_be_converted()
    {
        using var dictionary = ModuleDict(("tanh", (Module)Tanh()), ("linear", Linear(1, 1)));
        using var holder = Sequential();
        holder.register_module("dictionary", dictionary);

        dictionary.to(ScalarType.Float64);

        dictionary.parameters().Should().OnlyContain(parameter => parameter.dtype == ScalarType.Float64);
    }

    [Fact]
    public void A_pretrained_embedding_has_the_given_vectors_as_its_parameter()
    {
        using var table = Embedding_from_pretrained(tensor(new[] { 1f, 2f }).reshape(2, 1), freeze: false);

        table.call(tensor(new long[] { 1 })).sum().backward();

        table.parameters().Single().data<float>().ToArray().Should().Equal(1, 2);
        table.parameters().Single().grad!.data<float>().ToArray().Should().Equal(0, 1);
    }

    [Fact]
    public void A_recurrent_modules_parameters_outlive_the_scope_that_saw_them_made()
    {
        TorchSharp.Modules.LSTM lstm;
        using (NewDisposeScope()) lstm = LSTM(2, 3);

        lstm.parameters().Should().HaveCount(4);
        lstm.Dispose();
    }

    [Fact]
    public void Xavier_normal_is_not_bounded()
    {
        manual_seed(1);
        var drawn = init.xavier_normal_(empty(60, 90));

        drawn.abs().max().item<float>().Should().BeGreaterThan((float)Math.Sqrt(6.0 / 150));
    }

    [Fact]
    public void A_generator_decides_what_is_drawn()
    {
        var (one, other) = (init.uniform_(empty(8), generator: new Generator(7)), init.uniform_(empty(8), generator: new Generator(7)));

        one.Equals(other).Should().BeTrue();
    }
}
