#!/usr/bin/env bash
# ML.NET's OnnxTransformer: ApplyOnnxModel with a dictionary of shapes does not compile, as two overloads fit it alike.
. "$(dirname "$0")/program.sh"
call() {
    program Microsoft.ML@5.0.1 Microsoft.ML.OnnxTransformer@5.0.1 <<CS
using Microsoft.ML;
var shapes = new Dictionary<string, int[]> { ["X"] = [1, 6, 4] };
Console.WriteLine(new MLContext().Transforms.ApplyOnnxModel(["Y"], ["X"], "model.onnx", shapes$1));
CS
}
if (call "") > compiler.log 2>&1; then
    echo "CHANGED   ApplyOnnxModel with a dictionary of shapes compiles" >&2
    exit 1
fi
grep -m1 -o "error CS.*'Microsoft.ML.OnnxCatalog[^']*'" compiler.log | sed 's/^/output    /' || { cat compiler.log >&2; exit 2; }
grep -q "error CS0121" compiler.log
echo "as found  the call is ambiguous (CS0121)"
call ", gpuDeviceId: null, fallbackToCpu: false, recursionLimit: 100"
echo "as found  with every optional argument written out it compiles"
