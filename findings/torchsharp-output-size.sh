#!/usr/bin/env bash
# TorchSharp-cpu: an empty program's output is 1 GB, libtorch for three systems; published for one it has libtorch's Python half and tests.
. "$(dirname "$0")/program.sh"
program TorchSharp-cpu@0.107.0 <<'CS'
return;
CS
expect() { if test "$2" "$3" "$4"; then echo "as found  $1"; else echo "CHANGED   $1 ($2 $3 $4 is untrue)" && changed=1; fi; }
megabytes() { du -sm --apparent-size "$1" | cut -f1; }
changed=0
quietly dotnet publish finding.csproj -c Release -r linux-x64 --self-contained false -o published
echo "output    built: $(megabytes out) MB"
for system in out/runtimes/*; do echo "output    ${system##*/}: $(megabytes "$system") MB"; done
echo "output    published for linux-x64: $(megabytes published) MB, with $(cd published && echo libtorch_python.so *test.so)"
expect "the built output is over 900 MB" "$(megabytes out)" -gt 900
expect "over half of that is not for Linux" "$(($(megabytes out/runtimes/linux-x64) * 2))" -lt "$(megabytes out)"
expect "published for one system it is still over 450 MB" "$(megabytes published)" -gt 450
expect "with libtorch's Python half and two test libraries" "$(ls published/libtorch_python.so published/lib*_test.so | wc -l)" -eq 3
exit $changed
