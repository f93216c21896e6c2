#!/usr/bin/env bash
# The sample Edge, which has EchoLstm.Runtime alone: runs it under the just-in-time compiler, publishes it ahead of time where there is a
# linker, and compares numbers, size, memory and time. Not part of `dotnet test`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false CI=${CI:-true}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'ahead of time: %s\n' "$*" >&2; exit 1; }
step() { "$@" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail "failed: $*"; }; }

model=tests/EchoLstm.Tests/Golden/model-v1.safetensors
awk 'BEGIN { for (i = 0; i < 200; i++) print (i == 100 ? "" : sin(i) "," cos(3 * i)) }' >"$work/rows"

step dotnet build samples/Edge -c Release -o "$work/jit"
others=$(cd "$work/jit" && ls -- *.dll | grep -vxE 'edge.dll|EchoLstm.Runtime.dll')
[[ -z $others ]] || fail "the program needs more than EchoLstm.Runtime: $others"
dotnet "$work/jit/edge.dll" "$model" <"$work/rows" >"$work/numbers" || fail "the program ended with an error"
[[ $(wc -l <"$work/numbers") == 199 ]] || fail "199 rows were asked and $(wc -l <"$work/numbers") answered"

command -v clang >/dev/null || command -v gcc >/dev/null || { echo "ahead of time: skipped the rest: there is no linker (clang or gcc)"; exit 0; }
step dotnet publish samples/Edge -c Release -o "$work/aot"
edge=$work/aot/edge
[[ $(ls "$work/aot") == edge ]] || fail "it is more than one file: $(ls "$work/aot")"
size=$(stat -c %s "$edge")
((size < 6000000)) || fail "the program has $size bytes; at most 6,000,000 were wanted"
# Without the machine's instruction a fused multiplication and addition is a call of the C library's, a hundred times as slow.
! tr -c '[:alnum:]_' '\n' <"$edge" | grep -axE 'fmaf?' || fail "it calls fmaf"

# The same numbers to 1e-6; and in two halves, the second one from the state that the first one left.
"$edge" "$model" <"$work/rows" >"$work/aot-numbers" || fail "the published program ended with an error"
paste -d' ' "$work/numbers" "$work/aot-numbers" |
  awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-6 || NF != 2) { print; bad = 1 } } END { exit bad }' || fail "the numbers differ by more than 1e-6"
{ head -n 150 "$work/rows" | "$edge" "$model" --state "$work/state" && tail -n 50 "$work/rows" | "$edge" "$model" --state "$work/state"; } |
  cmp - "$work/aot-numbers" || fail "it does not go on where it ended"
printf '0.1,0.2\n0.1,x\n' | "$edge" "$model" >"$work/out" 2>"$work/log" && fail "a bad row was no error"
[[ $(wc -l <"$work/out") == 1 && $(cat "$work/log") == "row 2: 'x' is no number." ]] || fail "a bad row is answered with: $(cat "$work/out" "$work/log")"

# From the start to the first answer, while more rows may come: what is answered late would never be read here.
for _ in {1..11}; do
  begin=$(date +%s%N)
  coproc program { exec "$edge" "$model"; }
  echo '0.1,0.2' >&"${program[1]}"
  read -r first <&"${program[0]}" || fail "no answer"
  echo $((($(date +%s%N) - begin) / 1000)) >>"$work/times"
  head -n 99 "$work/rows" >&"${program[1]}"
  for _ in {1..99}; do read -r _ <&"${program[0]}"; done
  memory=$(awk '/^VmHWM/ { print $2 }' "/proc/$program_PID/status")
  pid=$program_PID
  exec {program[1]}>&-
  wait "$pid" || fail "the published program ended with an error"
done
# What others do on the machine makes an answer late; the processor's time is the program's own.
TIMEFORMAT='%U %S'
echo '0.1,0.2' >"$work/row"
for _ in {1..5}; do { time "$edge" "$model" <"$work/row" >"$work/out"; } 2>>"$work/cpu"; done
cpu=$(awk '{ print int(($1 + $2) * 1000) }' "$work/cpu" | sort -n | head -1)
median=$(sort -n "$work/times" | sed -n 6p)
echo "ahead of time: one file of $size bytes, start to first answer in $median µs (median of 11), $cpu ms of a processor, $memory kB resident at most"
((cpu <= 30)) || fail "$cpu ms of a processor are more than 30"
((memory <= 25000)) || fail "$memory kB are more than 25,000"
echo "ahead of time: ok"
