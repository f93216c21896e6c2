using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Benchmarks.Own;

/// <summary>The library's model of a workload, and data for it.</summary>
internal static class OwnModel
{
    internal const int Seed = 1;

    /// <summary>The model, built and compiled; the caller disposes it.</summary>
    internal static Model Create(Workload workload, EngineKind engine)
    {
        Model model = workload.Kind switch
        {
            WorkloadKind.Last when workload.Steps == 1 => EchoModels.OneToOne(units: workload.Units, seed: Seed),
            WorkloadKind.Last => EchoModels.ManyToOne(workload.Steps, workload.Units, Seed),
            WorkloadKind.Echo => EchoModels.SequenceEcho(workload.Batch, workload.Steps, workload.Features, workload.Units, Seed),
            WorkloadKind.EncoderDecoder => EchoModels.EncoderDecoder(workload.Batch, workload.Steps, workload.StepsOut, workload.Features, workload.Units, Seed),
            WorkloadKind.Seq2Seq => Translator(workload),
            _ => PerStep(workload),
        };
        model.RequestedEngine = engine;
        return model;
    }

    /// <summary>Inputs and targets for so many batches; the caller disposes them.</summary>
    internal static (Tensor X, Tensor Y) Data(Workload workload, int batches = 1)
    {
        var random = new Random(Seed);
        var samples = workload.Batch * batches;
        using var scope = NewDisposeScope();
        var x = Rows(random, samples * workload.Steps, workload.Features, workload.HasClasses).reshape(samples, workload.Steps, workload.Features);
        for (var i = 0; i < samples; i++)
        {
            x[i, workload.LengthOf(i % workload.Batch)..] = 0; // what a mask leaves out
        }
        var y = Rows(random, samples * workload.StepsOut, workload.Outputs, workload.HasClasses);
        y = workload.Kind == WorkloadKind.Last ? y.reshape(samples, workload.Outputs) : y.reshape(samples, workload.StepsOut, workload.Outputs);
        return (x.DetachFromDisposeScope(), y.DetachFromDisposeScope());
    }

    // It reads the target: the decoder's work is the same whichever steps it is given.
    private static FunctionalModel Translator(Workload workload)
    {
        var (source, known) = (new Input(workload.Steps, workload.Features), new Input(workload.StepsOut, workload.Outputs));
        var (_, states) = new Lstm(workload.Units).ApplyWithState(source);
        var (steps, _) = new Lstm(workload.Units, returnSequences: true).ApplyWithState(known, states);
        var model = new FunctionalModel([source, known], [new Dense(workload.Outputs).Apply(steps)]) { Seed = Seed };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static SequentialModel PerStep(Workload workload)
    {
        Layer recurrent = workload.Layer switch
        {
            RecurrentForm.Gru => new Gru(workload.Units, returnSequences: true),
            RecurrentForm.BidirectionalLstm => new Bidirectional(new Lstm(workload.Units, returnSequences: true)),
            _ => new Lstm(workload.Units, returnSequences: true),
        };
        var model = new SequentialModel { Seed = Seed };
        if (workload.Layer == RecurrentForm.MaskedLstm)
        {
            model.Add(new Masking());
        }
        model.Add(recurrent);
        model.Add(new TimeDistributed(new Dense(workload.Outputs)));
        // A stream's model knows no length.
        model.Build(workload.Kind == WorkloadKind.Stream ? -1 : workload.Steps, workload.Features);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static Tensor Rows(Random random, int rows, int width, bool oneHot)
    {
        var values = new float[rows * width];
        if (oneHot)
        {
            for (var i = 0; i < rows; i++)
            {
                values[(i * width) + random.Next(width)] = 1;
            }
        }
        else
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = random.NextSingle();
            }
        }
        return tensor(values);
    }
}
