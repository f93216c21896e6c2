using System.Runtime.CompilerServices;
using EchoLstm;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Training;

#pragma warning disable RS0016 // EchoLstm.Runtime lists their members.
// What moved to EchoLstm.Runtime: a program that was compiled against an earlier EchoLstm finds it there.
[assembly: TypeForwardedTo(typeof(Activation))]
[assembly: TypeForwardedTo(typeof(EchoSequence))]
[assembly: TypeForwardedTo(typeof(EngineKind))]
[assembly: TypeForwardedTo(typeof(FeatureScaler))]
[assembly: TypeForwardedTo(typeof(ForecastWindow))]
[assembly: TypeForwardedTo(typeof(MergeMode))]
[assembly: TypeForwardedTo(typeof(MinMaxScaler))]
[assembly: TypeForwardedTo(typeof(OneHot))]
[assembly: TypeForwardedTo(typeof(PaddedFrames))]
[assembly: TypeForwardedTo(typeof(PaddingSide))]
[assembly: TypeForwardedTo(typeof(RandomSequence))]
[assembly: TypeForwardedTo(typeof(Regularizer))]
[assembly: TypeForwardedTo(typeof(SequencePadding))]
[assembly: TypeForwardedTo(typeof(Shape))]
[assembly: TypeForwardedTo(typeof(ShapeMismatchException))]
[assembly: TypeForwardedTo(typeof(StandardScaler))]
[assembly: TypeForwardedTo(typeof(StepPadding))]
[assembly: TypeForwardedTo(typeof(SupervisedFrames))]
[assembly: TypeForwardedTo(typeof(TimeSplit))]
