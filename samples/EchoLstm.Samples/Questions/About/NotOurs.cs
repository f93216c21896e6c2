namespace EchoLstm.Samples.Questions.About;

/// <summary>What words answer.</summary>
internal static class NotOurs
{
    internal static Question Names { get; } = new(
        "names",
        "TensorFlow's contrib import fails, or LSTMCell is not compatible. What is it called here?",
        [79],
        """
        Problems of importing another library are not ours. What Keras and PyTorch call it, and what it is called here, is a table
        in [names.md](names.md). A cell, one step of an LSTM, is no class of its own: `model.OpenStream()` runs a
        model step by step, and `Lstm.CallWithState` a layer.
        """);

    internal static Question ReadingOrder { get; } = new(
        "reading-order",
        "Is there a book or a course of 14 days?",
        [80],
        """
        There is a folder of pages with an order in which to read them: [docs](README.md). Each topic of this page is an evening.
        """);

    internal static Question Install { get; } = new(
        "install",
        "The backend does not install (Theano, c_compile_args)",
        [158],
        """
        There is no Theano here, and nothing is compiled where you install it: libtorch comes as a package, TorchSharp-cpu. README.md
        says where it runs, and [errors](errors.md#when-nothing-starts) what to do where it does not load.
        """);

    internal static Question Python { get; } = new(
        "python",
        "Which Python environment, which free course, which book?",
        [159],
        """
        None is needed: this is C#. The tutorials that the questions refer to are described in [the checklist](checklist.md).
        """);

    internal static Question Thanks { get; } = new(
        "thanks",
        "Comments of thanks, or with advertising",
        [160],
        """
        Nothing to answer.
        """);
}
