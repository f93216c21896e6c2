using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Onnx;
using EchoLstm.Training;
using Microsoft.ML.OnnxRuntime;

namespace EchoLstm.Benchmarks.Peers;

/// <summary>
/// ONNX Runtime on the library's model as its file says it, from and to buffers that were bound before: on the threads that it takes by itself and on one, of which the
/// faster counts.
/// </summary>
internal sealed class OnnxRuntimePeer : Contender
{
    internal const string Engine = "ort";

    internal override string Name => Engine;

    internal override bool Knows(Workload workload) => workload.Kind is WorkloadKind.Predict or WorkloadKind.Stream;

    internal override IRun Open(Workload workload)
    {
        var runs = new[] { new Running(workload, threads: 0), new Running(workload, threads: 1) };
        var (own, one) = (Seconds(runs[0]), Seconds(runs[1]));
        runs[own < one ? 1 : 0].Dispose();
        return runs[own < one ? 0 : 1];
    }

    private static double Seconds(Running run)
    {
        const double TrySeconds = 0.2;
        var (steps, seconds) = (1L, run.Run(1));
        while (seconds < TrySeconds)
        {
            seconds = run.Run(steps *= 2);
        }
        return seconds / steps;
    }

    private sealed class Running : CallRun
    {
        private static readonly RunOptions NoOptions = new();

        private readonly InferenceSession _session;
        private readonly OrtIoBinding _first, _second; // a stream's states go from the one's outputs to the other's inputs
        private readonly List<IDisposable> _buffers = [];
        private bool _isSecond;

        internal Running(Workload workload, int threads)
        {
            var folder = Directory.CreateTempSubdirectory("echolstm-onnx-");
            try
            {
                var path = Path.Combine(folder.FullName, "model.onnx");
                using var model = OwnModel.Create(workload, EngineKind.Auto);
                model.ExportOnnx(path, new OnnxOptions { WithState = workload.Kind == WorkloadKind.Stream });
                using var options = new SessionOptions { IntraOpNumThreads = threads };
                _session = new InferenceSession(path, options);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
            (_first, _second) = (_session.CreateIoBinding(), _session.CreateIoBinding());
            var (input, output) = (Buffer(workload.Batch, workload.Steps, workload.Features), Buffer(workload.Batch, workload.StepsOut, workload.Outputs));
            foreach (var binding in new[] { _first, _second })
            {
                binding.BindInput("input", input);
                binding.BindOutput("output", output);
            }
            foreach (var name in _session.InputNames.Where(name => name != "input"))
            {
                var (before, after) = (Buffer(workload.Batch, workload.Units), Buffer(workload.Batch, workload.Units));
                var made = name[..^"_in".Length] + "_out";
                _first.BindInput(name, before);
                _first.BindOutput(made, after);
                _second.BindInput(name, after);
                _second.BindOutput(made, before);
            }
        }

        internal override void Step()
        {
            _session.RunWithBinding(NoOptions, _isSecond ? _second : _first);
            _isSecond = !_isSecond;
        }

        public override void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
            _buffers.ForEach(buffer => buffer.Dispose());
            _session.Dispose();
        }

        private OrtValue Buffer(params long[] shape)
        {
            var numbers = new float[shape.Aggregate(1L, (product, length) => product * length)];
            Array.Fill(numbers, 0.1f);
            var buffer = OrtValue.CreateTensorValueFromMemory(numbers, shape);
            _buffers.Add(buffer);
            return buffer;
        }
    }
}
