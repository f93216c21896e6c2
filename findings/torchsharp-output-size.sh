#!/usr/bin/env bash
# TorchSharp-cpu: an empty program's output holds libtorch for every system, also where a runtime identifier says which one is meant at publishing.
. "$(dirname "$0")/program.sh"
program TorchSharp-cpu@0.107.0 <<'CS'
return;
CS
ls out/runtimes 2>/dev/null; du -sm out/runtimes/*; du -sm out
dotnet publish finding.csproj -c Release -r linux-x64 --self-contained false -o published -v quiet > publish.log || cat publish.log
du -sm published; find published | head -50
