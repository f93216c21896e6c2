using System.Globalization;
using EchoLstm.Engines;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

public sealed partial class SequentialModel
{
    private const int DefaultBatchSize = 32;

    // How many numbers a sample's output has, by the number of its time steps.
    private readonly Dictionary<long, long> _lengths = [];

    /// <summary>Measures the model without training it (Keras's <c>evaluate</c>).</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is for.</param>
    /// <param name="carryState">For a stateful model: false begins with zeros, carries the state from batch to batch, and leaves the model's own as it was; true goes on from the model's state and advances it, as Keras does. <value>false</value></param>
    /// <returns>The loss and the metrics by name.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities, or the batch size is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled or not built, or another thread is changing it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(TensorLike x, TensorLike y, int? batchSize = null, bool carryState = false)
    {
        using var turn = new Turn(this, nameof(Evaluate));
        var compilation = Compiled("Evaluate");
        ThrowIfNotBuilt("be evaluated");
        using var samples = Samples(x, y, compilation);
        return Measure(samples, CheckedBatchSize(samples, batchSize, carryState), carryState)!.ToDictionary();
    }

    /// <summary>The outputs for some inputs (Keras's <c>predict</c>).</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is for.</param>
    /// <param name="carryState">For a stateful model: false begins with zeros, carries the state from batch to batch, and leaves the model's own as it was, so that predicting twice gives the same; true goes on from the model's state and advances it, as Keras does. <value>false</value></param>
    /// <returns>The outputs, samples first, without gradient; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">x does not fit the model.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, or the batch size is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread is changing it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Tensor Predict(TensorLike x, int? batchSize = null, bool carryState = false)
    {
        using var turn = new Turn(this, nameof(Predict));
        ThrowIfDisposed();
        ThrowIfEmpty();
        ThrowIfNotBuilt("predict");
        using var samples = Samples(x, null, null);
        var size = CheckedBatchSize(samples, batchSize, carryState);
        var outputs = new List<Tensor>();
        using var scope = NewDisposeScope();
        RunBatches(samples, size, carryState, (engine, in batch) => outputs.Add(engine.PredictOnBatch(batch)));
        return (outputs.Count == 1 ? outputs[0] : cat(outputs, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>The outputs as a .NET array, e.g. <c>model.Predict&lt;float[,,]&gt;(x)</c>; otherwise as <see cref="Predict(TensorLike, int?, bool)"/>.</summary>
    /// <typeparam name="TArray">The array's type: <c>float[,]</c> for (samples, units), <c>float[,,]</c> for (samples, time steps, units).</typeparam>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <returns>The outputs, samples first.</returns>
    /// <exception cref="ArgumentException">The output is no such array; otherwise as the other overload.</exception>
    public TArray Predict<TArray>(TensorLike x, int? batchSize = null, bool carryState = false)
        where TArray : class
    {
        using var output = Predict(x, batchSize, carryState);
        var array = NetArrays.FromTensor(output);
        return array as TArray ?? throw new ArgumentException(
            $"The prediction of shape {Shape.Of(output)} is a {TypeName(array.GetType())}, not a {TypeName(typeof(TArray))}. Call Predict<{TypeName(array.GetType())}>.");
    }

    /// <summary>The outputs for inputs in .NET memory, into .NET memory (Keras's <c>predict_on_batch</c>): for many small predictions. On the fused engine nothing is allocated once a shape was seen.</summary>
    /// <param name="x">The inputs, samples · time steps · features numbers, or samples · features; one sample after the other.</param>
    /// <param name="y">Receives the outputs, one sample after the other: the numbers of the model's output shape.</param>
    /// <param name="samples">How many samples; all are run together. <value>1</value></param>
    /// <exception cref="ShapeMismatchException">x is not that many samples, or y has not the output's length.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread is changing it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Predict(ReadOnlySpan<float> x, Span<float> y, int samples = 1)
    {
        using var turn = new Turn(this, nameof(Predict));
        ThrowIfDisposed();
        ThrowIfEmpty();
        ThrowIfNotBuilt("predict");
        AtLeastOne(samples, nameof(samples));
        var features = InputShape!.Last ?? 1;
        var hasSteps = InputShape.Rank == 3;
        var steps = x.Length / samples / features;
        if (InputShape.Rank is not (2 or 3) || x.IsEmpty || steps * features * samples != x.Length || (!hasSteps && steps != 1) || (hasSteps && InputShape[1] is { } fixedSteps && fixedSteps != steps))
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"The model takes {InputShape}, which {x.Length} numbers for {samples} samples do not fill. Give samples · {(hasSteps ? "time steps · " : "")}features numbers."),
                InputShape.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"({x.Length},)"));
        }
        if (!_lengths.TryGetValue(steps, out var length))
        {
            var output = OutputShape(hasSteps ? new Shape(1, steps, features) : new Shape(1, features));
            length = output.Aggregate(1L, (product, axis) => product * axis!.Value);
            _lengths[steps] = length;
        }
        if (y.Length != length * samples)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"The predictions of {samples} samples have {length * samples} numbers, but there is room for {y.Length}. Give y that length."),
                string.Create(CultureInfo.InvariantCulture, $"({length * samples},)"),
                string.Create(CultureInfo.InvariantCulture, $"({y.Length},)"));
        }
        SampleCheck.Finite(x, nameof(x));
        var engine = Runner();
        if (engine.PredictsInto)
        {
            engine.PredictInto(x, samples, (int)steps, y);
            return;
        }
        using var inputs = tensor(x.ToArray());
        using var shaped = hasSteps ? inputs.reshape(samples, steps, features) : inputs.reshape(samples, features);
        using var predicted = Predict(shaped, samples);
        using var floats = predicted.to(ScalarType.Float32).cpu();
        floats.data<float>().CopyTo(y);
    }

    /// <summary>The figures over all samples; null where that was cancelled.</summary>
    private RunningFigures? Measure(SampleSet samples, int batchSize, bool carryState, CancellationToken cancellation = default)
    {
        var names = _compilation!.Names;
        var running = new RunningFigures(names);
        var figures = new double[names.Count];
        return RunBatches(samples, batchSize, carryState, (engine, in batch) =>
        {
            var counted = engine.EvaluateOnBatch(batch, figures);
            running.Add(figures, batch.Count, counted);
        }, cancellation) ? running : null;
    }

    private delegate void BatchAction(Engine engine, in Batch batch);

    /// <summary>Runs batch after batch as for inference, from a zero state that is given back unless it is to be carried; false where that was cancelled.</summary>
    private bool RunBatches(SampleSet samples, int batchSize, bool carryState, BatchAction run, CancellationToken cancellation = default)
    {
        var engine = Runner();
        var stateful = StatefulLayers;
        IDisposable?[] kept = [];
        var wasTraining = training;
        var entered = 0;
        try
        {
            // Eager calls on other threads go on from these states too.
            for (; entered < stateful.Count; entered++)
            {
                stateful[entered].Enter();
            }
            if (carryState)
            {
                SampleCheck.CarriedState(stateful, batchSize, nameof(batchSize));
            }
            else
            {
                kept = [.. stateful.Select(layer => layer.TakeState())];
            }
            eval();
            for (var start = 0L; start < samples.Count; start += batchSize)
            {
                if (cancellation.IsCancellationRequested)
                {
                    return false;
                }
                run(engine, new Batch(samples, start, Math.Min(batchSize, samples.Count - start)));
            }
            return true;
        }
        finally
        {
            train(wasTraining);
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

    private int CheckedBatchSize(SampleSet samples, int? batchSize, bool carryState)
    {
        var stateful = StatefulLayers;
        var size = batchSize ?? (int?)stateful.FirstOrDefault()?.StateSamples ?? InputShape![0] ?? DefaultBatchSize;
        if (batchSize is null && stateful.Count > 0 && (!carryState || stateful[0].StateSamples is null) && samples.Count % size != 0)
        {
            size = samples.Count;
        }
        AtLeastOne((int)size, nameof(batchSize));
        SampleCheck.StatefulBatches(stateful, samples.Count, (int)size, nameof(batchSize));
        SampleCheck.FixedBatches(InputShape!, samples.Count, (int)size, nameof(batchSize));
        return (int)size;
    }

    /// <summary>Data in the model's type and on its device, checked against the model, which is built for it where it is not built.</summary>
    private SampleSet Samples(
        TensorLike x,
        TensorLike? y,
        Compilation? compilation,
        TensorLike? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        string xName = "x",
        string yName = "y")
    {
        CheckLayers();
        using var scope = NewDisposeScope();
        var inputs = x.ToTensor(xName);
        var targets = y?.ToTensor(yName);
        SampleCheck.Counts(inputs, targets, xName, yName);
        SampleCheck.Finite(inputs, xName);
        IndexReader?.CheckIndices(inputs, xName);
        if (targets is not null)
        {
            SampleCheck.Finite(targets, yName);
        }
        var shape = Shape.Of(inputs);
        if (IsBuilt)
        {
            CheckSample(shape);
        }
        var output = OutputShape(shape);
        if (targets is not null)
        {
            SampleCheck.Target(output, targets, compilation!.Loss, yName);
        }
        var weights = WeightsOf(targets, output, compilation, sampleWeight, classWeight);
        Build(shape.With(0, null));

        var (dtype, device) = NumberType();
        // Float32 keeps whole numbers only up to 2^24: what is looked up stays as it was given.
        inputs = IndexReader is null ? InType(inputs, xName) : inputs.to(inputs.is_floating_point() ? inputs.dtype : ScalarType.Int64, device).contiguous();
        targets = targets is null ? null : compilation!.Loss.TakesClassIndices ? targets.to(ScalarType.Int64, device).contiguous() : InType(targets, yName);
        weights = weights is null ? null : InType(weights, nameof(sampleWeight));
        return new SampleSet(inputs.DetachFromDisposeScope(), targets?.DetachFromDisposeScope(), weights?.DetachFromDisposeScope());

        Tensor InType(Tensor given, string name)
        {
            var converted = given.to(dtype);
            SampleCheck.FitsType(given, converted, name);
            return converted.to(device).contiguous();
        }
    }

    private static Tensor? WeightsOf(Tensor? targets, Shape output, Compilation? compilation, TensorLike? sampleWeight, IReadOnlyDictionary<int, double>? classWeight)
    {
        var weights = sampleWeight is { IsEmpty: false } given ? given.ToTensor(nameof(sampleWeight)) : null;
        if (weights is not null)
        {
            SampleWeights.Check(weights, output, targets!.shape[0]);
        }
        if (classWeight is null)
        {
            return weights;
        }
        var ofClasses = SampleWeights.OfClasses(classWeight, targets!, output, compilation!.Loss.TakesClassIndices);
        return weights is null ? ofClasses
            : weights.dim() < ofClasses.dim() ? ofClasses * weights.unsqueeze(-1)
            : weights.dim() > ofClasses.dim() ? weights * ofClasses.unsqueeze(-1)
            : weights * ofClasses;
    }

    private static string TypeName(Type type)
    {
        if (!type.IsArray)
        {
            return type.Name;
        }
        var element = type.GetElementType()!;
        var name = element == typeof(float) ? "float" : element == typeof(double) ? "double" : element == typeof(long) ? "long" : element == typeof(int) ? "int" : element == typeof(bool) ? "bool" : element.Name;
        return $"{name}[{new string(',', type.GetArrayRank() - 1)}]";
    }
}
