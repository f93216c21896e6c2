#!/usr/bin/env bash
# Uses the library as a newcomer does: packs it, makes a project outside the repository, puts README's complete program into it, runs it with
# the packages alone, and compares what it prints with README. Needs what ./setup.sh provides, and no more.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD

# English and plain output; no build server stays behind. CI: the packages are those that every machine makes.
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false CI=${CI:-true}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
feed=$work/feed
app=$work/app

fail() { printf 'fresh project: %s\n' "$*" >&2; exit 1; }

# Runs a command; where it fails, says which and shows its words.
step() {
  local what=$1
  shift
  printf 'fresh project: %s\n' "$what"
  "$@" >"$work/log" 2>&1 </dev/null && return
  local status=$?
  cat "$work/log" >&2
  fail "$what failed with exit code $status: $*"
}

# Restores go through the network, which may hiccup once.
restoring() { "$@" || { echo "once more:"; "$@"; }; }

# The block of README behind "## A complete program" that is in a language.
block() {
  awk -v fence="\`\`\`$1" '/^## /{ here = ($0 == "## A complete program") } here && $0 == "```" && on { exit } on { print } here && $0 == fence { on = 1 }' "$root/README.md"
}

step "packs the library" dotnet pack -c Release -o "$feed"
step "looks into the packages" restoring dotnet run tests/fresh-project/PackageCheck.cs -- "$feed" "$root"

# A folder of its own for unpacked packages: an older package of the same version must not be taken for the new one.
export NUGET_PACKAGES=$work/packages
step "makes a console project" dotnet new console -o "$app" --no-restore
provider=$(dotnet msbuild src/EchoLstm/EchoLstm.csproj -getProperty:TorchProvider)
# With the system's Torch the packages need nothing from anywhere else.
clear=$([[ $provider == system ]] && echo '<clear />')
cat >"$app/nuget.config" <<END
<configuration>
  <packageSources>
    $clear
    <add key="packed" value="$feed" />
  </packageSources>
</configuration>
END
block csharp >"$app/Program.cs"
[[ -s $app/Program.cs ]] || fail "README.md has no complete program"
block text >"$work/expected"

cd "$app" || exit 1
step "adds the package" restoring dotnet add package EchoLstm
if [[ $provider == nuget ]]; then
  version=$(sed -n 's:.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*:\1:p' "$root/Directory.Packages.props")
  step "adds a Torch to run on" restoring dotnet add package TorchSharp-cpu --version "$version"
fi
step "builds the project" restoring dotnet build -c Release -o "$work/out"
mkdir "$work/run"
cd "$work/run" || exit 1
printf 'fresh project: runs it\n'
dotnet "$work/out/app.dll" >"$work/printed" 2>"$work/log" </dev/null || { cat "$work/printed" "$work/log" >&2; fail "the program ended with an error"; }
cat "$work/printed"
sed 's/[[:space:]]*$//' "$work/printed" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | diff "$work/expected" - >"$work/log" ||
  { cat "$work/log" >&2; fail "it does not print what README says (< README, > printed)"; }

# Without libtorch: one sentence that says what to install. The native half is made to ask for a library that no machine has.
if [[ $provider == system ]]; then
  find "$work/out" -name libecholstm_torch.so -exec sed -i 's/libtorch_cpu\.so/libtorch_xyz.so/g' {} +
  # .NET aborts after an unhandled exception; the subshell keeps the shell's word about that to itself.
  (exec >"$work/printed" 2>"$work/log" </dev/null; dotnet "$work/out/app.dll"; exit $?) && fail "it runs without libtorch, which can't be"
  grep -q 'Torch is not available: libtorch_xyz\.so[.0-9]* is missing\. Install libtorch from the operating system' "$work/log" ||
    { cat "$work/log" >&2; fail "without libtorch it does not say what to install"; }
fi
echo "fresh project: ok"
