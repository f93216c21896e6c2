namespace EchoLstm.Tests;

public class TensorLikeTests
{
    [Fact]
    public void Arrays_of_every_rank_and_type_keep_their_shape_and_numbers()
    {
        Check(new float[] { 1, 2 }, ScalarType.Float32, 2);
        Check(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, ScalarType.Float64, 2, 3);
        Check(new int[,,] { { { 1 }, { 2 } } }, ScalarType.Int32, 1, 2, 1);
        Check(new long[2, 1, 3, 1], ScalarType.Int64, 2, 1, 3, 1);
        Check(new bool[,] { { true }, { false } }, ScalarType.Bool, 2, 1);
        Check(new float[0, 3], ScalarType.Float32, 0, 3);

        static void Check(Array array, ScalarType dtype, params long[] shape)
        {
            using var tensor = TensorLike.FromArray(array).ToTensor("x");
            tensor.dtype.Should().Be(dtype);
            tensor.shape.Should().Equal(shape);
            var back = NetArrays.FromTensor(tensor);
            back.Should().BeOfType(array.GetType());
            back.Values().Should().Equal(array.Values());
        }
    }

    [Fact]
    public void Integers_of_every_size_keep_their_numbers()
    {
        Check(new byte[,] { { 0, 255 } }, ScalarType.Byte, 0, 255);
        Check(new sbyte[] { -128, 127 }, ScalarType.Int8, -128, 127);
        Check(new short[] { -32768, 32767 }, ScalarType.Int16, -32768, 32767);
        Check(new ushort[] { 0, 65535 }, ScalarType.Int32, 0, 65535);
        Check(new uint[] { 0, 4294967295 }, ScalarType.Int64, 0, 4294967295);

        static void Check(Array array, ScalarType dtype, params double[] values)
        {
            TensorLike data = array;
            using var tensor = data.ToTensor("x");
            tensor.dtype.Should().Be(dtype);
            using var wide = tensor.to(ScalarType.Float64);
            wide.data<double>().ToArray().Should().Equal(values);
        }
    }

    [Fact]
    public void Arrays_of_arrays_lists_and_memory_keep_their_shape_and_numbers()
    {
        Check(new float[][] { [1, 2, 3], [4, 5, 6] }, ScalarType.Float32, 2, 3);
        Check(new float[][][] { [[1], [2]], [[3], [4]], [[5], [6]] }, ScalarType.Float32, 3, 2, 1);
        Check(new double[][] { [1, 2] }, ScalarType.Float64, 1, 2);
        Check(new int[][] { [1], [2] }, ScalarType.Int32, 2, 1);
        Check(new byte[][] { [1], [2] }, ScalarType.Byte, 2, 1);
        Check(new float[][,] { new float[,] { { 1, 2 } }, new float[,] { { 3, 4 } } }, ScalarType.Float32, 2, 1, 2);
        Check(new float[,][] { { [1, 2], [3, 4], [5, 6] } }, ScalarType.Float32, 1, 3, 2);
        Check(new List<float[]> { new float[] { 1, 2 }, new float[] { 3, 4 } }, ScalarType.Float32, 2, 2);
        Check(new List<double[]> { new double[] { 1, 2 } }, ScalarType.Float64, 1, 2);
        Check(new List<int[]> { new[] { 1, 2 } }, ScalarType.Int32, 1, 2);
        Check(new List<float[,]> { new float[,] { { 1, 2 } } }, ScalarType.Float32, 1, 1, 2);
        Check(TensorLike.FromRows((IReadOnlyList<float[]>)[[1, 2], [3, 4]]), ScalarType.Float32, 2, 2);
        Check(new float[] { 9, 1, 2, 9 }.AsMemory(1, 2), ScalarType.Float32, 2);
        Check((ReadOnlyMemory<float>)new float[] { 1, 2 }, ScalarType.Float32, 2);

        static void Check(TensorLike data, ScalarType dtype, params long[] shape)
        {
            data.IsEmpty.Should().BeFalse();
            using var tensor = data.ToTensor("x");
            tensor.dtype.Should().Be(dtype);
            tensor.shape.Should().Equal(shape);
            using var wide = tensor.to(ScalarType.Float64);
            wide.data<double>().ToArray().Should().Equal(Enumerable.Range(1, (int)tensor.numel()).Select(value => (double)value));
        }
    }

    [Fact]
    public void Arrays_of_arrays_that_do_not_fit_together_are_named()
    {
        const string Rest = ": arrays that are put together have one shape. Make them equally long with SequencePadding.PadSequences, and mask what it adds with Masking.";
        void Ragged(Array array, string fault) => Errors.Expect<ShapeMismatchException>(() => TensorLike.FromArray(array).ToTensor("x"), fault + Rest);

        Ragged(new float[][] { [1, 2, 3], [4, 5] }, "x[1] is (2,), but the first one there is (3,)");
        Ragged(new float[][][] { [[1], [2]], [[3], [4, 5]] }, "x[1][1] is (2,), but the first one there is (1,)");
        Ragged(new float[][][] { [[1], [2]], [[3]] }, "x[1] is (1,), but the first one there is (2, 1)");
        Ragged(new Array[] { new float[2, 3], new float[2] }, "x[1] is (2,), but the first one there is (2, 3)");
        Errors.Expect<ArgumentException>(() => TensorLike.FromArray(new float[][] { [1], null! }).ToTensor("x"), "x[1] is null: expected an array of the others' shape. (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => TensorLike.FromArray(new float[][] { null!, [1] }).ToTensor("x"), "x[0] is null: expected an array of the others' shape. (Parameter 'x')");
        Errors.Expect<ArgumentException>(
            () => TensorLike.FromArray(new Array[] { new float[] { 1 }, new double[] { 1 } }).ToTensor("x"),
            "x[1] is a double[], but the first one there has Single numbers. Give all arrays one type. (Parameter 'x')");
        Errors.Expect<ArgumentException>(
            () => TensorLike.FromArray(new decimal[][] { [1] }),
            "decimal has no tensor. Convert the numbers, e.g. Arrays.Reshape<float[,]>(x.Cast<decimal>().Select(value => (float)value).ToArray(), -1, features). (Parameter 'array')");
    }

    [Fact]
    public void A_model_trains_on_them_as_on_the_same_floats()
    {
        var losses = new (TensorLike X, TensorLike Y)[]
        {
            (new float[,] { { 1, 2 }, { 3, 4 } }, new float[,] { { 1 }, { 0 } }),
            (new byte[,] { { 1, 2 }, { 3, 4 } }, new ushort[,] { { 1 }, { 0 } }),
            (new float[][] { [1, 2], [3, 4] }, new List<int[]> { new[] { 1 }, new[] { 0 } }),
        }.Select(data =>
        {
            using var model = new EchoLstm.Models.SequentialModel(new EchoLstm.Layers.Dense(1)) { Seed = 1 };
            model.Compile(EchoLstm.Training.Loss.MeanSquaredError(), new EchoLstm.Training.Sgd());
            return model.Fit(data.X, data.Y, verbose: 0).Loss[0];
        }).ToList();

        losses.Distinct().Should().HaveCount(1);
    }

    [Fact]
    public void A_tensor_that_is_not_contiguous_becomes_an_array_in_its_own_order()
    {
        using var scope = NewDisposeScope();

        NetArrays.FromTensor(arange(6, dtype: ScalarType.Float32).reshape(2, 3).t()).Values().Should().Equal(0, 3, 1, 4, 2, 5);
    }

    [Fact]
    public void A_tensor_stays_the_callers()
    {
        using var tensor = zeros(2);
        TensorLike data = tensor;

        data.ToTensor("x").Dispose();

        tensor.IsInvalid.Should().BeFalse();
        data.IsEmpty.Should().BeFalse();
        default(TensorLike).IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Other_arrays_are_refused()
    {
        Errors.Expect<ArgumentException>(
            () => TensorLike.FromArray(new decimal[2]),
            "decimal has no tensor. Convert the numbers, e.g. Arrays.Reshape<float[,]>(x.Cast<decimal>().Select(value => (float)value).ToArray(), -1, features). (Parameter 'array')");
        Errors.Expect<ArgumentException>(
            () => TensorLike.FromArray(new[] { new ulong[2] }),
            "An array of UInt64 can't become a tensor: expected numbers of type float, double, int, long, short, byte or bool. Convert it first, e.g. with Array.ConvertAll. (Parameter 'array')");
    }

    [Fact]
    public void A_tensor_of_another_type_has_no_array()
    {
        using var tensor = zeros(2, dtype: ScalarType.Float16);

        Errors.Expect<ArgumentException>(
            () => NetArrays.FromTensor(tensor),
            "A tensor of Float16 has no .NET array here: expected float, double, int, long or bool. Convert it first. (Parameter 'source')");
    }

    [Fact]
    public void A_tensor_that_was_disposed_is_told_wherever_it_is_given()
    {
        const string Fault = "is a tensor that was disposed, by itself or with the dispose scope that it was made in. Dispose it later, or take it out of the scope with DetachFromDisposeScope().";
        var gone = zeros(1, 1);
        gone.Dispose();
        using var alive = zeros(1, 1);
        using var model = new EchoLstm.Models.SequentialModel(new EchoLstm.Layers.Lstm(1)) { Seed = 1 };
        model.Build(-1, 1);
        using var stream = model.OpenStream();

        Errors.Expect<ArgumentException>(() => TensorLike.FromTensor(gone).ToTensor("x"), $"x {Fault} (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => model.Predict(gone), $"x {Fault} (Parameter 'x')");
        Errors.Expect<ArgumentException>(() => model.Forecast(gone, 1), $"window {Fault} (Parameter 'window')");
        Errors.Expect<ArgumentException>(() => stream.Step(gone), $"input {Fault} (Parameter 'input')");
        Errors.Expect<ArgumentException>(() => Shape.Of(gone), $"tensor {Fault} (Parameter 'tensor')");
        Errors.Expect<ArgumentException>(() => _ = new EchoLstm.Layers.LstmState(gone, alive), $"hidden {Fault} (Parameter 'hidden')");
        Errors.Expect<ArgumentException>(() => _ = new EchoLstm.Layers.LstmState(alive, gone), $"cell {Fault} (Parameter 'cell')");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tensor_without_dense_numbers_is_refused_as_data(bool isMeta)
    {
        using var scope = NewDisposeScope();
        var given = isMeta ? zeros(2, 1, device: META) : ones(2, 1).Sparse();

        Errors.Expect<ArgumentException>(
            () => TensorLike.FromTensor(given).ToTensor("x"),
            isMeta ? "x is on the device META, where a tensor has a shape but no numbers. Give it numbers on the CPU or an accelerator. (Parameter 'x')" : "x is a sparse tensor, but a model computes with dense ones. Convert it with to_dense(). (Parameter 'x')");
    }

    [Fact]
    public void Nothing_is_refused_by_the_arguments_name() =>
        Errors.Expect<ArgumentNullException>(() => default(TensorLike).ToTensor("y"), "y is null: expected a tensor or an array. (Parameter 'y')");
}
