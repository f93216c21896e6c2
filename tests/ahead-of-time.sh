#!/usr/bin/env bash
# A console program that has EchoLstm.Runtime alone: packs the package, looks at what the program depends on, runs it under the just-in-time
# compiler, publishes it ahead of time where there is a linker, and compares numbers, size and time. Not part of `dotnet test`.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false CI=${CI:-true}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'ahead of time: %s\n' "$*" >&2; exit 1; }
step() { "$@" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail "failed: $*"; }; }

step dotnet pack src/EchoLstm.Runtime -c Release -o "$work/feed"
export NUGET_PACKAGES=$work/packages
app=$work/app
mkdir "$app" && cp tests/ahead-of-time/Program.cs "$app"
cat >"$app/nuget.config" <<END
<configuration><packageSources><add key="packed" value="$work/feed" /></packageSources></configuration>
END
cat >"$app/app.csproj" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="EchoLstm.Runtime" Version="*" /></ItemGroup>
</Project>
END
cd "$app" || exit 1
step dotnet build -c Release -o "$work/jit"
step dotnet list package --include-transitive
others=$(grep -E '^ +> ' "$work/log" | grep -v 'EchoLstm.Runtime')
[[ -z $others ]] || fail "the program depends on more than EchoLstm.Runtime: $others"
model=$root/tests/EchoLstm.Tests/Golden/model-v1.safetensors
dotnet "$work/jit/app.dll" "$model" >"$work/numbers" || fail "the program ended with an error"
echo "ahead of time: it runs with the package alone: $(cat "$work/numbers")"

command -v clang >/dev/null || command -v gcc >/dev/null || { echo "ahead of time: skipped the rest: there is no linker (clang or gcc)"; exit 0; }
step dotnet publish -c Release -p:PublishAot=true -p:StripSymbols=true -o "$work/aot"
size=$(stat -c %s "$work/aot/app")
files=$(find "$work/aot" -type f ! -name '*.dbg' | wc -l)
[[ $files == 1 ]] || fail "it is $files files: $(ls "$work/aot")"
((size < 6000000)) || fail "the program has $size bytes; at most 6,000,000 were wanted"
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
  begin=$(date +%s%N)
  "$work/aot/app" "$model" >"$work/aot-numbers" || fail "the published program ended with an error"
  echo $((($(date +%s%N) - begin) / 1000)) >>"$work/times"
done
paste -d' ' <(tr ' ' '\n' <"$work/numbers") <(tr ' ' '\n' <"$work/aot-numbers") |
  awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 1e-6) { print; bad = 1 } } END { exit bad }' || fail "the numbers differ by more than 1e-6"
median=$(sort -n "$work/times" | sed -n 6p)
echo "ahead of time: one file of $size bytes, start to end in $median µs (median of 11)"
((median <= 30000)) || fail "$median µs are more than 30,000"
echo "ahead of time: ok"
