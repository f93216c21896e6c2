#!/usr/bin/env bash
# EchoLstm.Runtime in WebAssembly: what saved models say under Node.js against the just-in-time compiler's numbers, and the sample Browser in
# headless Chromium, used by its keyboard alone. Where one of the two programs is missing, its part is skipped. Not part of `dotnet test`.
# An argument is a folder for pictures of the page.
set -uo pipefail
pictures=${1:+$(mkdir -p "$1" && cd "$1" && pwd)}
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false CI=${CI:-true}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'browser: %s\n' "$*" >&2; exit 1; }
step() { "$@" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail "failed: $*"; }; }

command -v node >/dev/null || { echo "browser: skipped: there is no node, which runs WebAssembly and drives Chromium"; exit 0; }

# Models of all kernels, and the page's.
step dotnet run -c Release --project tests/EchoLstm.Tests -- inference-files "$work/models"
step dotnet publish tests/browser/Numbers -c Release -o "$work/numbers" -p:Models="$work/models"
node "$work/numbers/wwwroot/main.mjs" >"$work/wasm" 2>"$work/log" || { cat "$work/log" >&2; fail "WebAssembly ended with an error"; }
echo '{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }' >"$work/jit.json"
dotnet exec --runtimeconfig "$work/jit.json" tests/browser/Numbers/bin/Release/net10.0/Numbers.dll >"$work/jit" || fail "the program ended with an error"
# Line by line the same words, and the numbers behind them to 1e-6.
paste -d'\n' "$work/jit" "$work/wasm" | awk '
  NR % 2 { jit = $0; number = $NF; next }
  number !~ /^-?[0-9.]+(E-?[0-9]+)?$/ { if ($0 != jit) { print jit "\n" $0; bad = 1 } words++; next }
  {
    d = $NF - number; if (d < 0) d = -d; if (d > largest) largest = d
    numbers++; same = jit; sub(/ [^ ]*$/, "", same); sub(/ [^ ]*$/, "")
    if (d > 1e-6 || $0 != same) { print jit " is in WebAssembly" $0; bad = 1 }
  }
  END { printf "browser: %d numbers under Node.js differ by %.1e at most\n", numbers, largest; exit bad || numbers < 1000 || words < 1 }' >"$work/log"
status=$?
tail -n 1 "$work/log"
((status == 0)) || { head -n 20 "$work/log" >&2; fail "WebAssembly says something else than the just-in-time compiler"; }

step dotnet publish samples/Browser -c Release -o "$work/page"
size=$(find "$work/page/wwwroot" -name '*.br' -printf '%s\n' | awk '{ n += $1 } END { print n }')
echo "browser: the page is $size bytes, compressed by Brotli"
((size < 3000000)) || fail "at most 3,000,000 were wanted"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "browser: skipped the page: there is no Chromium"; exit 0; }
step timeout 300 node tests/browser/page.mjs "$chromium" "$work/page/wwwroot" tests/EchoLstm.Tests/Golden/model-v1.safetensors "${pictures:-$work}"
sed 's/^/browser: /' "$work/log"
echo "browser: ok"
