using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>docs/errors.md quotes what the library throws, message for message.</summary>
public class ErrorsPageTests
{
    private static readonly Func<Exception>[] Mistakes =
    [
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(new float[10, 5], y)),
        () => Mistake(new Lstm(5), new Lstm(3), (model, x, y) => model.Fit(x, y)),
        () => Mistake(new Lstm(5), new TimeDistributed(new Dense(1)), (model, x, y) => model.Fit(x, y)),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(x, new float[10, 5, 1])),
        () => Mistake(new Lstm(5, returnSequences: true), new Dense(1), (model, x, y) => model.Fit(x, y)),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(x, new float[10])),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(x, new float[10, 2])),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(x, new float[9, 1])),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => Built(model).Predict(new float[10, 4, 1])),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => Built(model).Predict<float[,,]>(x)),
        () => Mistake(Sparse, (model, x, y) => model.Fit(x, new float[10, 3])),
        () => Mistake(Sparse, (model, x, y) => model.Fit(x, new int[10] { 0, 1, 2, 3, 0, 1, 2, 0, 1, 2 })),
        () => Mistake(Compiled(Loss.CategoricalCrossentropy(), new Dense(3, Activation.Softmax)), (model, x, y) => model.Fit(x, new int[10])),
        () => Mistake(new Lstm(5), new Dense(24), (model, x, y) => model.Fit(x, new float[10, 24, 1])),
        () => Mistake(new Lstm(5), new Dense(1, Activation.Softmax), (model, x, y) => model.Fit(x, y)),
        () => Mistake(Compiled(Loss.BinaryCrossentropy(), new Dense(1, Activation.Sigmoid)), (model, x, y) =>
        {
            y[3, 0] = 5;
            model.Fit(x, y);
        }),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => torch.optim.Adam(model.parameters())),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => Built(model).Save("model.h5")),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Predict(x)),
        () => Thrown(() => NotCompiled().Fit(new float[10, 5, 1], new float[10, 1])),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) =>
        {
            x[3, 2, 0] = float.NaN;
            model.Fit(x, y);
        }),
        () => Mistake(new Dense(1), new Dense(1), (model, _, _) =>
            model.Fit(new float[,] { { 1e30f } }, new float[,] { { 0 } }, epochs: 5, verbose: 0)),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) => model.Fit(x, y, verbose: 0, callbacks: [new EarlyStopping(patience: 5)])),
        () => Mistake(new Lstm(5, stateful: true), new Dense(1), (model, x, y) => model.Fit(x, y, batchSize: 5)),
        () => Mistake(new Lstm(5, stateful: true), new Dense(1), (model, x, y) => model.Fit(x, y, batchSize: 4, shuffle: false)),
        () => Mistake(new Lstm(5, stateful: true), new Dense(1), (model, x, y) =>
        {
            model.Fit(x, y, batchSize: 5, shuffle: false, verbose: 0);
            model.Fit(x, y, batchSize: 2, shuffle: false, verbose: 0);
        }),
        () => Thrown(() => new TimeDistributed(new Lstm(5, stateful: true)).Dispose()),
        () => Mistake(new Bidirectional(new Lstm(5, returnSequences: true)), new Dense(1), (model, x, y) =>
            Built(model).OpenStream().Dispose()),
        () => Mistake(new Masking(-1), new Conv1D(4, 2), (model, x, y) => Built(model).Predict(x)),
        () => Mistake(new Masking(-1), torch.nn.Linear(1, 1), (model, x, y) => Built(model).Predict(x)),
        () => Mistake(new Conv1D(4, 2), new Lstm(5), (model, x, y) =>
        {
            model.RequestedEngine = EngineKind.Fused;
            Built(model).Predict(x);
        }),
        () => Thrown(() => OneHot.Encode([3, 100], classes: 100)),
        () => Thrown(() => SupervisedFrames.ToSupervised([1f, 2f, 3f], nIn: 2, nOut: 3)),
        () => Mistake(new Lstm(5), new Dense(1), (model, x, y) =>
        {
            model.Dispose();
            model.Predict(x);
        }),
        () => Unloadable("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /app/libLibTorchSharp.so)"),
        () => Unloadable(
            "Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/libLibTorchSharp.so)"),
        () => Unloadable("libtorch.so: cannot open shared object file: No such file or directory"),
    ];

    [Fact]
    public void Every_message_is_what_the_code_throws()
    {
        var thrown = Mistakes.Select(make => make()).Select(error => OneLine($"{error.GetType().Name}: {error.Message}")).ToList();

        var quoted = DocsFolder.Blocks(DocsFolder.Read("errors.md"), "text").Select(OneLine).ToList();
        string.Join("\n\n", thrown.Except(quoted)).Should().BeEmpty("docs/errors.md quotes each message");
        string.Join("\n\n", quoted.Except(thrown)).Should().BeEmpty("docs/errors.md quotes nothing that is not thrown");
    }

    // The page breaks long messages into lines.
    private static string OneLine(string message) => message.ReplaceLineEndings(" ");

    private static Exception Mistake(
        torch.nn.Module<torch.Tensor, torch.Tensor> first,
        torch.nn.Module<torch.Tensor, torch.Tensor> second,
        Action<SequentialModel, float[,,], float[,]> use) =>
        Mistake(
            () =>
            {
                var model = new SequentialModel(first, second) { Seed = 1 };
                model.Compile(Loss.MeanSquaredError(), new Adam());
                return model;
            },
            use);

    private static Exception Mistake(Func<SequentialModel> make, Action<SequentialModel, float[,,], float[,]> use)
    {
        using var scope = torch.NewDisposeScope();
        using var model = make();
        return Thrown(() => use(model, new float[10, 5, 1], new float[10, 1]));
    }

    private static SequentialModel Sparse() => Compiled(Loss.SparseCategoricalCrossentropy(), new Dense(3, Activation.Softmax))();

    private static Func<SequentialModel> Compiled(Loss loss, Dense last) => () =>
    {
        var model = new SequentialModel(new Lstm(5), last) { Seed = 1 };
        model.Compile(loss, new Adam());
        return model;
    };

    // No one machine lacks all of this: the loader's last line, behind .NET's own.
    private static DllNotFoundException Unloadable(string reason) => new(NativeTorch.Explain(
        "Unable to load shared library '/app/libLibTorchSharp.so' or one of its dependencies. "
        + "In order to help diagnose loading problems, consider using a tool like strace. "
        + $"If you're using glibc, consider setting the LD_DEBUG environment variable: \n{reason}\n"));

    private static SequentialModel Built(SequentialModel model)
    {
        model.Build(5, 1);
        return model;
    }

    private static SequentialModel NotCompiled() => new(new Lstm(5), new Dense(1));

    private static Exception Thrown(Action action) => Record.Exception(action) ?? new InvalidOperationException("Nothing was thrown.");
}
