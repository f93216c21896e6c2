namespace EchoLstm.Training;

/// <summary>Which way a monitored metric gets better (Keras's <c>mode</c>).</summary>
public enum MonitorMode
{
    /// <summary>
    /// By its name: a loss, an error or a cross-entropy downwards, an accuracy, precision, recall, F1, R² or AUC upwards. Any other name is
    /// an error that asks for one of the two.
    /// </summary>
    Auto,

    /// <summary>Smaller is better.</summary>
    Min,

    /// <summary>Larger is better.</summary>
    Max,
}
