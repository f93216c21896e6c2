#!/usr/bin/env bash
# Uses the library as a newcomer does: packs it, makes a project outside the repository, puts README's complete program and README's lines for
# the project file into it, runs it with the packages alone, and compares what it prints with README. Arguments go to dotnet pack:
#   tests/fresh-project.sh -p:TorchSharpVersion=0.105.2
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

# The first block of README behind a heading that is in a language.
block() {
  awk -v heading="## $1" -v fence="\`\`\`$2" '/^## /{ here = ($0 == heading) } here && $0 == "```" && on { exit } on { print } here && $0 == fence { on = 1 }' "$root/README.md"
}

step "packs the library" dotnet pack -c Release -o "$feed" "$@"
step "looks into the packages" restoring dotnet run tests/fresh-project/PackageCheck.cs -- "$feed" "$root"

# A folder of its own for unpacked packages: an older package of the same version must not be taken for the new one.
export NUGET_PACKAGES=$work/packages
step "makes a console project" dotnet new console -o "$app" --no-restore
version=$(dotnet msbuild src/EchoLstm/EchoLstm.csproj -getProperty:TorchSharpVersion "$@") || fail "there is no TorchSharpVersion: $version"
cat >"$app/nuget.config" <<END
<configuration>
  <packageSources>
    <add key="packed" value="$feed" />
  </packageSources>
</configuration>
END
block "A complete program" csharp >"$app/Program.cs"
[[ -s $app/Program.cs ]] || fail "README.md has no complete program"
block "A complete program" text >"$work/expected"
block Install xml >"$work/lines"
[[ -s $work/lines ]] || fail "README.md has no lines for the project file"
{ grep -v '</Project>' "$app/app.csproj"; cat "$work/lines"; echo '</Project>'; } >"$work/project" && mv "$work/project" "$app/app.csproj"

cd "$app" || exit 1
step "adds the package" restoring dotnet add package EchoLstm
step "adds a Torch to run on" restoring dotnet add package TorchSharp-cpu --version "$version"
step "builds the project" restoring dotnet build -c Release -o "$work/out"
# 1 GB without README's lines. Windows makes links only for those who may.
kilobytes=$(du -sk "$work/out" | cut -f1)
[[ $(uname) != Linux || $kilobytes -lt 60000 ]] || fail "the output folder has $kilobytes kB: README's lines do not keep libtorch out of it"
mkdir "$work/run"
cd "$work/run" || exit 1
printf 'fresh project: runs it\n'
dotnet "$work/out/app.dll" >"$work/printed" 2>"$work/log" </dev/null || { cat "$work/printed" "$work/log" >&2; fail "the program ended with an error"; }
cat "$work/printed"
sed 's/[[:space:]]*$//' "$work/printed" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | diff "$work/expected" - >"$work/log" ||
  { cat "$work/log" >&2; fail "it does not print what README says (< README, > printed)"; }
echo "fresh project: ok"
