using EchoLstm.Samples.Questions.About;
using EchoLstm.Samples.Questions.Designs;
using EchoLstm.Samples.Questions.Learning;
using EchoLstm.Samples.Questions.Parameters;
using EchoLstm.Samples.Questions.Series;
using EchoLstm.Samples.Questions.Shapes;
using EchoLstm.Samples.Questions.States;
using EchoLstm.Samples.Questions.Texts;
using EchoLstm.Samples.Questions.Wrapper;

namespace EchoLstm.Samples.Questions;

/// <summary>All questions, in the order in which they are read.</summary>
internal static class QuestionList
{
    internal static IReadOnlyList<QuestionTopic> Topics { get; } =
    [
        new(
            "Shapes: samples, time steps, features",
            InputShape.Question,
            VectorOrSteps.Question,
            LastStep.Question,
            Units.Question,
            TwentyUnits.Question,
            RowByRow.Question,
            TargetShape.Question,
            SummaryShapes.Question),
        new(
            "Counting parameters",
            FourGates.Question,
            Xor.Question,
            DenseBias.Question),
        new(
            "TimeDistributed",
            SameAsDense.Question,
            WhatIsConnected.Question,
            WhenToWrap.Question,
            WrapperInput.Question,
            SmallerCapacity.Question,
            WrapperInManyToOne.Question,
            FrequenciesApart.Question),
        new(
            "Which model",
            NextStep.Question,
            OneToMany.Question,
            DenseAlone.Question,
            WithoutDense.Question,
            Causality.Question,
            OtherLengths.Question,
            VariableLength.Question,
            UntilEndToken.Question,
            SimpleDecoder.Question,
            Attention.Question,
            EqualLengths.Question,
            Autoencoder.Question,
            FourForecasts.Question,
            Pyramid.Question,
            Product.Question,
            OldCode.Question),
        new(
            "Long series",
            LongStream.Question,
            FramingAndWrapper.Question,
            FreeRunning.Question,
            LabelPerStep.Question),
        new(
            "Words and classes",
            Text.Question,
            OneHotMemory.Question,
            MultipleOfTen.Question,
            WrongWord.Question,
            NextSentence.Question,
            Denoiser.Question,
            IllPosedLoss.Question),
        new(
            "State",
            StateInABatch.Question,
            StateAcrossBatches.Question),
        new(
            "Training",
            Untrained.Question,
            Unscaled.Question,
            BackOnce.Question,
            StopEarly.Question,
            Lengths.Question),
        new(
            "About this library",
            NotOurs.Names,
            NotOurs.ReadingOrder,
            NotOurs.Install,
            NotOurs.Python,
            NotOurs.Thanks),
    ];

    internal static IReadOnlyList<Question> All { get; } = [.. Topics.SelectMany(topic => topic.Questions)];
}
