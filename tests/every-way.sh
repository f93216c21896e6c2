#!/usr/bin/env bash
# Runs the whole suite with 1, 2 and 8 of Torch's threads, without AVX-512, and without any vector instructions; half an hour on two cores.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

dotnet build -c Release || exit 1
status=0
for way in OMP_NUM_THREADS=1 OMP_NUM_THREADS=2 OMP_NUM_THREADS=8 DOTNET_EnableAVX512=0 DOTNET_EnableHWIntrinsic=0; do
  printf '%s: ' "$way"
  log=$(env ECHOLSTM_THOROUGH=1 "$way" dotnet test -c Release --no-build 2>&1) || status=1
  grep -E '^(Passed|Failed)! ' <<<"$log" || echo "no result"
  grep -E '^  Failed ' <<<"$log"
done
exit "$status"
