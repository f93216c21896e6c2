#!/usr/bin/env bash
# .NET compiled ahead of time for x64: by default without FMA on any machine; other values, and a slow fused multiply-add.
. "$(dirname "$0")/program.sh"
command -v clang > /dev/null || command -v gcc > /dev/null || { echo "this needs clang or gcc as the linker" >&2; exit 2; }
program <<'CS'
using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

var values = new float[4096];
Array.Fill(values, .5f);

// The least time of many runs.
double Time(Func<Vector128<float>, Vector128<float>, Vector128<float>> step)
{
    var best = double.MaxValue;
    for (var run = 0; run < 500; run++)
    {
        var (sum, start) = (Vector128<float>.Zero, Stopwatch.GetTimestamp());
        for (var i = 0; i < values.Length; i += 4) sum = step(Vector128.Create(values.AsSpan(i)), sum);
        if (sum[0] > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }
    return best;
}

// Exactly, (1 + e)(1 - e) - 1 is -e^2; where the product is rounded first, it is 0.
var e = MathF.ScaleB(1, -20);
var twice = float.MultiplyAddEstimate(1 + values[0] * 2 * e, 1 - e, -1) == 0;
var slow = Time(static (x, sum) => Vector128.FusedMultiplyAdd(x, x, sum)) > 2 * Time(static (x, sum) => x * x + sum);
Console.WriteLine($"{Fma.IsSupported} {Vector<float>.Count} {twice} {slow}");
CS
publish="dotnet publish finding.csproj -c Release -r linux-x64 -p:PublishAot=true"
quietly $publish -o default
quietly $publish -o native -p:IlcInstructionSet=native
echo "package   $(grep -o -m1 'runtime.linux-x64.Microsoft.DotNet.ILCompiler[^,]*' obj/project.assets.json | tr -d '"')"
echo "output    Fma.IsSupported, Vector<float>.Count, MultiplyAddEstimate is rounded twice, FusedMultiplyAdd is over twice as slow"
changed=0
# check WHAT PROGRAM ANSWERS: runs the program, whose answers were found to be these.
check() {
    local answers
    answers=$($2)
    if [[ $answers == $3 ]]; then echo "as found  $1: $answers"; else echo "CHANGED   $1: $answers, not $3"; changed=1; fi
}
if [[ $(dotnet out/finding.dll) == False* ]]; then
    echo "output    this machine has no FMA, so there is nothing to compare"
else
    check "compiled just in time" "dotnet out/finding.dll" "True * False False"
    check "ahead of time for this machine" native/finding "True * False False"
fi
check "ahead of time by default" default/finding "False 4 True True"
exit $changed
