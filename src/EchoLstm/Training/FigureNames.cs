namespace EchoLstm.Training;

/// <summary>Keras's names of the figures in logs and history.</summary>
internal static class FigureNames
{
    internal const string Loss = "loss";
    internal const string ValidationPrefix = "val_";
}
