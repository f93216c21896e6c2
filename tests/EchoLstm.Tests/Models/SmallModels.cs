namespace EchoLstm.Tests.Models;

/// <summary>Models for input (samples, 5, 1), built and compiled, to be asked for what they refuse.</summary>
internal static class SmallModels
{
    internal static SequentialModel Regression()
    {
        var model = new SequentialModel(new Lstm(5), new Dense(1));
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    internal static SequentialModel Stateful()
    {
        var model = new SequentialModel(new Lstm(5, stateful: true), new Dense(1));
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    internal static SequentialModel Classifier()
    {
        var model = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(3, Activation.Softmax)));
        model.Build(5, 1);
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        return model;
    }
}
