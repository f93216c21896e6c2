using System.Diagnostics;

namespace EchoLstm.Tests.Onnx;

/// <summary>A test that asks the checker of the onnx project, which knows its schema, and is skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxCheckerFactAttribute : FactAttribute
{
    /// <summary>The newest set of operators that Debian 12's onnx 1.12 knows.</summary>
    internal const int NewestOpset = 17;

    private const string Python = "/usr/bin/python3";
    private const string Package = "/usr/lib/python3/dist-packages/onnx";

    private const string Script = """
        import glob, sys, onnx
        files = glob.glob(glob.escape(sys.argv[1]) + "/*.onnx")
        for file in files:
            model = onnx.load(file)
            onnx.checker.check_model(model, full_check=True)
            onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        print(len(files), "files")
        """;

    public OnnxCheckerFactAttribute()
    {
        if (!Directory.Exists(Package))
        {
            Skip = "No onnx for Python; on Debian: apt-get install python3-onnx.";
        }
    }

    /// <summary>What the checker says of a folder's files.</summary>
    internal static string Check(TemporaryFolder folder)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Script, folder.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return process.ExitCode == 0 ? output.TrimEnd() : errors.Result;
    }
}
