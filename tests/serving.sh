#!/usr/bin/env bash
# The sample Serving: builds it, loads it for two seconds through a hundred swaps, and asks a running service what a user might, good and bad.
# Not part of `dotnet test`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false CI=${CI:-true}

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
fail() { printf 'serving: %s\n' "$*" >&2; exit 1; }
step() { "$@" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail "failed: $*"; }; }

model=tests/EchoLstm.Tests/Golden/model-v1.safetensors
step dotnet build samples/Serving -c Release -o "$work/out"
step dotnet "$work/out/serving.dll" load "$model" --seconds 2
sed 's/^/serving: /' "$work/log"
grep -q '0 errors through 100 swaps' "$work/log" || fail "there were not 100 swaps"

# A port that the system chose, told by the service's first lines.
dotnet "$work/out/serving.dll" "$model" --urls http://127.0.0.1:0 --Serving:MaxStreams 2 --Serving:IdleSeconds 1 >"$work/server" 2>&1 </dev/null &
server=$!
for _ in {1..300}; do
  address=$(sed -n 's/.*Now listening on: //p' "$work/server")
  [[ -z $address ]] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/server" >&2; fail "the service ended"; }
  sleep 0.1
done
[[ -n $address ]] || fail "the service does not listen"
step dotnet run tests/serving/ServingCheck.cs -- "$address" "$model"
kill "$server" && wait "$server" || fail "the service did not end well"
server=
echo "serving: ok"
