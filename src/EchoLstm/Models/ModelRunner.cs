using EchoLstm.Engines;
using EchoLstm.Engines.Fused;
using EchoLstm.Inference;
using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Runs a model's batches: chooses the engine, hands the optimiser's state from one engine to the next, and lends stateful layers' states.
/// </summary>
internal sealed class ModelRunner(Model model)
{
    // What is predicted without a batch size: the products gain from more rows, the activations should stay in the processor's caches.
    private const int RowsAtOnce = 8192;

    // The engine has one set of buffers, so predictions and evaluations run one after the other.
    private readonly Lock _buffers = new();

    // A sample's output and the most steps that a layer makes of it, by the number of its time steps.
    private readonly Dictionary<int, (long[] Lengths, long Numbers, long MostSteps)> _outputs = [];
    private (AccessGuard? Guard, long Changes) _outputsAt; // the model's when they were told
    private Engine? _engine;
    private EngineInfo? _info;
    private OptimizerProgress? _progress; // what the next engine's optimiser goes on from

    internal Compilation? Compilation { get; private set; }

    internal EngineKind Requested { get; set; }

    /// <summary>The type of the data of the fit that runs; null outside of one.</summary>
    internal ScalarType? FitType { get; set; }

    internal EngineInfo Info => _info!;

    internal Engine Current => _engine!;

    /// <summary>Whether this thread runs the engine.</summary>
    internal bool IsUsedHere => _buffers.IsHeldByCurrentThread;

    internal void Compile(Compilation compilation)
    {
        Compilation = compilation;
        BeginAnew();
    }

    /// <summary>Forgets the engine and where its optimiser stood: both are of the layers and settings that they began with.</summary>
    internal void BeginAnew()
    {
        _engine?.Dispose();
        _engine = null;
        GoOnFrom(null);
    }

    /// <summary>
    /// Begins a call that reads the model and runs its engine: refused while another changes it or after a disposal, else run after those
    /// before it.
    /// </summary>
    internal Lease Enter(string what) => new(model, _buffers, what);

    /// <summary>The engine for the model as it is now; the last one where that still fits, since it has the optimiser's moments.</summary>
    internal Engine Ready()
    {
        model.ThrowIfPartDisposed();
        if (_engine is not null && _info!.Kind == EngineKind.Fused && Requested != EngineKind.Torch && _engine.StillFits())
        {
            return _engine;
        }
        model.CheckLayers();
        string? obstacle = "it was asked for";
        var plan = Requested == EngineKind.Torch ? null : model.PlanFused(Compilation, out obstacle);
        var reason = obstacle ?? "every layer has a kernel";
        if (plan is null && Requested == EngineKind.Fused)
        {
            throw new InvalidOperationException(
                $"The fused engine was asked for but can't run the model: {reason}. Set RequestedEngine to Auto or Torch.");
        }
        var kind = plan is null ? EngineKind.Torch : EngineKind.Fused;
        if (_engine is null || _engine.Kind != kind || kind == EngineKind.Fused)
        {
            // The optimiser goes on where it was, whichever engine runs it.
            if (_engine?.ExportOptimizer() is { } state)
            {
                GoOnFrom(state);
            }
            _engine?.Dispose();
            _engine = plan is null ? new TorchEngine(model, Compilation) : plan.CreateEngine(Compilation);
        }
        _info = new EngineInfo(kind, reason);
        return _engine;
    }

    /// <summary>The engine, ready to train the model as it is now: a callback may have moved, frozen or hooked a layer.</summary>
    internal Engine ReadyToTrain()
    {
        ThrowIfMoved();
        var engine = Ready();
        engine.BeginTraining();
        if (_progress is { } state)
        {
            engine.ImportOptimizer(state);
            GoOnFrom(null);
        }
        return engine;
    }

    internal void Publish() => _engine!.Publish();

    internal OptimizerProgress? ExportProgress() => _engine?.ExportOptimizer() ?? _progress?.Copy();

    /// <summary>Lets the next engine's optimiser go on from here; the state is the runner's from now on.</summary>
    internal void GoOnFrom(OptimizerProgress? state)
    {
        _progress?.Dispose();
        _progress = state;
    }

    /// <summary>Throws where the model was moved in a fit, whose data is in the type that the model had when it began.</summary>
    internal void ThrowIfMoved()
    {
        if (FitType is { } type && model.NumberType().Type is var now && now != type)
        {
            throw new InvalidOperationException(
                $"The model was moved from {type} to {now} inside Fit, whose data is of {type}. Stop the fit with progress.Stop(), and "
                    + $"move the model when Fit has returned.");
        }
    }

    /// <summary>The loss and metrics over all samples; null where that was cancelled.</summary>
    internal MetricMeans? Measure(BatchSource source, bool carryState, CancellationToken cancellation = default)
    {
        var means = NewMeans(source.Samples);
        return Run(source, carryState, (engine, in batch) =>
        {
            engine.EvaluateOnBatch(batch, means.Batch);
            means.Add(batch.Count);
        }, cancellation) ? means : null;
    }

    /// <summary>What adds up the loss and the metrics of these samples.</summary>
    internal MetricMeans NewMeans(SampleSet samples)
    {
        var metrics = Compilation!.Metrics;
        List<int> heads = [.. Enumerable.Repeat(0, Compilation.HeadLosses)]; // the output that each metric is of
        heads.AddRange(Compilation.Heads.SelectMany((head, place) => head.Metrics.Select(_ => place)));
        var outputs = metrics.Any(metric => metric.SumsDependOnUnits) ? model.OutputShapes([.. samples.AllInputs.Select(Shape.Of)]) : null;
        return new MetricMeans(Compilation.Names, metrics, place => checked((int)(outputs?[heads[place]].Last ?? 1)));
    }

    /// <summary>Every output for all samples; the caller's, or its dispose scope's.</summary>
    internal Tensor[] Predict(SampleSet samples, int batchSize, bool carryState)
    {
        var batches = new List<Tensor[]>();
        using var scope = NewDisposeScope();
        using var source = new ArrayBatches(samples, batchSize);
        Run(source, carryState, (engine, in batch) => batches.Add(engine.PredictAllOnBatch(batch)));
        return [.. Enumerable.Range(0, batches[0].Length).Select(i =>
            (batches.Count == 1 ? batches[0][i] : cat([.. batches.Select(outputs => outputs[i])], 0)).MoveToOuterDisposeScope())];
    }

    /// <summary>Which steps of an output count, by running the layers; null: all. In the caller's dispose scope.</summary>
    internal Tensor? OutputMask(Tensor[] inputs, Tensor?[] given, int output)
    {
        var masks = new List<Tensor>();
        var (type, device) = model.NumberType();
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        inputs = [.. inputs.Select((input, i) => model.IndexReaderOf(i) is null ? input.to(type, device) : input.to(device))];
        var samples = new SampleSet(inputs, [], [null], [.. given.Select(mask => mask?.to(device))]);
        using var source = new ArrayBatches(samples, (int)(model.InputShape![0] ?? ModelData.DefaultBatchSize));
        Run(source, carryState: false, (_, in batch) =>
        {
            if (StepMasks.Of(model.CallMany(batch.Gather().AllInputs)[output]) is { } there)
            {
                masks.Add(there);
            }
        });
        return masks.Count == 0 ? null : cat(masks, 0).MoveToOuterDisposeScope();
    }

    /// <summary>The outputs for inputs in plain memory, into plain memory.</summary>
    internal void Predict(ReadOnlySpan<float> x, Span<float> y, int samples, ReadOnlySpan<int> lengths, bool allowNonFinite)
    {
        if (model.HasSeveral)
        {
            throw new InvalidOperationException(
                $"{model.Title} has the inputs {string.Join(", ", model.InputNames)} and the outputs "
                    + $"{string.Join(", ", model.OutputNames)}; numbers in memory are for one of each. "
                    + "Call Predict with a list of arrays.");
        }
        var built = model.InputShape!;
        // An index is a step.
        var readsIndices = built.Rank == 2 && model.IndexReader is not null;
        var hasSteps = readsIndices || built.Rank >= 3;
        var features = readsIndices ? 1 : InputCheck.Features(built);
        var steps = InputCheck.Steps(built, hasSteps, features, x.Length, samples);
        InputCheck.Room(y.Length, OutputOf(samples, steps, readsIndices, hasSteps, features).Numbers * samples, samples);
        if (!allowNonFinite)
        {
            InputCheck.Finite(x, nameof(x), samples, (int)features, hasSteps);
        }
        if (lengths.Length > 0)
        {
            InputCheck.Lengths(lengths, samples, steps);
        }
        var engine = Ready();
        if (engine.PredictsInto)
        {
            engine.PredictInto(x, samples, steps, lengths, y);
            return;
        }
        using var inputs = tensor(x.ToArray());
        using var shaped = hasSteps && !readsIndices
            ? inputs.reshape([samples, steps, .. built.Skip(2).Select(length => length!.Value)])
            : inputs.reshape(samples, -1);
        using var predicted = model.Predict(
            shaped, samples, allowNonFinite: allowNonFinite, lengths: lengths.Length > 0 ? lengths.ToArray() : null);
        using var floats = predicted.to(ScalarType.Float32).cpu();
        floats.data<float>().CopyTo(y);
    }

    /// <summary>Looks whether data can be predicted where it lies: floats in the model's shape, for kernels that read memory.</summary>
    internal bool TryPlain(in TensorLike x, int? batchSize, bool allowNonFinite, out PlainInput plain)
    {
        plain = default;
        if (model.InputShape is not { Rank: 2 or 3 } built || built[0] is not null || batchSize < 1)
        {
            return false;
        }
        Span<long> lengths = stackalloc long[built.Rank];
        if (!x.TryPlain(lengths, out var numbers) || !built.Accepts(Shape.Known(lengths))
            || (!allowNonFinite && InputCheck.FirstNotFinite(numbers) >= 0) || !Ready().PredictsInto)
        {
            return false;
        }
        var (samples, steps) = ((int)lengths[0], built.Rank == 3 ? (int)lengths[1] : 1);
        var output = OutputOf(samples, steps, readsIndices: false, built.Rank == 3, lengths[^1]);
        if (output.Numbers > int.MaxValue / sizeof(float) / samples)
        {
            return false; // no span is so long
        }
        var batch = batchSize ?? Math.Max(ModelData.DefaultBatchSize, (int)(RowsAtOnce / output.MostSteps));
        plain = new PlainInput(numbers, samples, steps, batch, output.Lengths);
        return true;
    }

    /// <summary>Predicts data where it lies.</summary>
    internal void Predict(in PlainInput plain, Span<float> y)
    {
        var (features, length) = (plain.Numbers.Length / plain.Samples, y.Length / plain.Samples);
        for (var first = 0; first < plain.Samples; first += plain.Batch)
        {
            var count = Math.Min(plain.Batch, plain.Samples - first);
            _engine!.PredictInto(
                plain.Numbers.Slice(first * features, count * features), count, plain.Steps, [], y.Slice(first * length, count * length));
        }
    }

    // The lengths behind the samples, how many numbers a sample's output has, and the most steps on the way to it.
    private (long[] Lengths, long Numbers, long MostSteps) OutputOf(int samples, int steps, bool readsIndices, bool hasSteps, long features)
    {
        if (model.Guard.Stamp is var now && now != _outputsAt)
        {
            // A layer may have come, into a model inside.
            _outputs.Clear();
            _outputsAt = now;
        }
        if (!_outputs.TryGetValue(steps, out var output))
        {
            output = _outputs[steps] = OutputOf(
                readsIndices ? new Shape(samples, steps)
                : hasSteps ? new Shape([samples, steps, .. model.InputShape!.Skip(2)])
                : new Shape(samples, features),
                steps);
        }
        return output;
    }

    private (long[] Lengths, long Numbers, long MostSteps) OutputOf(Shape input, int steps)
    {
        long[] lengths = [.. model.OutputShape(input).Skip(1).Select(length => length!.Value)];
        // A graph leaves lengths that vary out.
        var made = model.OutputsFor(input).Select(layer => Product(layer.Output.Skip(1).SkipLast(1).Select(length => length ?? steps)));
        return (lengths, Product(lengths), made.Append(steps).Max());

        static long Product(IEnumerable<long> lengths) => lengths.Aggregate(1L, (product, length) => product * length);
    }

    private delegate void BatchAction(Engine engine, in Batch batch);

    /// <summary>
    /// Runs batch after batch as for inference, from a zero state that is given back unless it is to be carried; false where that was
    /// cancelled.
    /// </summary>
    private bool Run(BatchSource source, bool carryState, BatchAction run, CancellationToken cancellation = default)
    {
        var engine = Ready();
        source.BeginEpoch(null);
        if (!source.MoveNext())
        {
            return true;
        }
        return Inferring(carryState ? (int)source.Current.Count : null, () =>
        {
            do
            {
                if (cancellation.IsCancellationRequested)
                {
                    return false;
                }
                run(engine, source.Current);
            }
            while (source.MoveNext());
            return true;
        });
    }

    /// <summary>Runs something in evaluation mode, with zero states in place of the carried ones, which are given back after it.</summary>
    internal T Inferring<T>(int? carried, Func<T> run)
    {
        var stateful = model.StatefulLayers;
        IDisposable?[] kept = [];
        var wasTraining = model.training;
        var entered = 0;
        try
        {
            // Eager calls on other threads go on from these states too.
            for (; entered < stateful.Count; entered++)
            {
                stateful[entered].Enter();
            }
            if (carried is { } samples)
            {
                SampleCheck.CarriedState(stateful, samples, samples, "batchSize");
            }
            else
            {
                kept = [.. stateful.Select(layer => layer.TakeState())];
            }
            model.eval();
            return run();
        }
        finally
        {
            model.train(wasTraining);
            for (var i = 0; i < kept.Length; i++)
            {
                stateful[i].PutState(kept[i]);
            }
            while (entered > 0)
            {
                stateful[--entered].Leave();
            }
        }
    }

    /// <summary>Data that can be predicted where it lies.</summary>
    internal readonly ref struct PlainInput(ReadOnlySpan<float> numbers, int samples, int steps, int batch, long[] output)
    {
        internal readonly ReadOnlySpan<float> Numbers = numbers;

        internal int Samples => samples;

        internal int Steps => steps;

        internal int Batch => batch;

        internal long[] Output => output;
    }

    /// <summary>A call that reads the model and runs its engine.</summary>
    internal readonly ref struct Lease
    {
        private readonly AccessGuard.Use _use;
        private readonly Lock.Scope _scope;

        internal Lease(Model model, Lock buffers, string what)
        {
            _use = model.Guard.Read(what);
            try
            {
                model.ThrowIfDisposed();
                _scope = buffers.EnterScope();
            }
            catch
            {
                _use.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _scope.Dispose();
            _use.Dispose();
        }
    }
}
