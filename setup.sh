#!/usr/bin/env bash
# Makes a Torch available to the build; safe to run again. README.md tells of the two providers.
#   TorchProvider=nuget|system   asks for one of them; unset, whichever can be had
#   LibtorchPrefix=/folder       where libtorch's include/ and lib/ are, if not /usr
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

prefix=${LibtorchPrefix:-/usr}
provider=$(printf %s "${TorchProvider:-}" | tr '[:upper:]' '[:lower:]')
version=$(sed -n 's:.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*:\1:p' Directory.Packages.props)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
has_headers() { [[ -e $prefix/include/ATen/ATen.h ]]; }

# The Debian packages without which provider system does not build.
required() {
  has_headers || printf 'libtorch-dev '
  have g++ || printf 'g++ '
  have cmake || printf 'cmake '
  have make || printf 'make '
}

# libtorch runs on the reference BLAS too, ten times slower; the pthread flavour of OpenBLAS fights Torch's own threads.
recommended() {
  if [[ $prefix == /usr ]] && have dpkg-query; then
    dpkg-query -W -f '${db:Status-Status}' libopenblas0-openmp 2>/dev/null | grep -qx installed || printf 'libopenblas0-openmp '
  fi
}

registry_serves() {
  have dotnet || fail "the .NET 10 SDK is missing: there is no 'dotnet' on PATH."
  [[ -e ${NUGET_PACKAGES:-$HOME/.nuget/packages}/torchsharp-cpu/$version/.nupkg.metadata ]] && return
  say "asking the package sources for TorchSharp-cpu $version (a long download where they have it)"
  dotnet restore src/TorchProbe.proj -p:TorchPackage=TorchSharp-cpu -v quiet </dev/null >/dev/null 2>&1
}

nuget_is_ready() {
  say "the package sources serve TorchSharp-cpu $version: nothing to install (provider nuget)"
  exit
}

apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@")
  [[ $(id -u) == 0 ]] || command=(sudo "${command[@]}")
  "${command[@]}" </dev/null >"$log" 2>&1
}

apt_install() {
  apt_get install --dry-run --no-install-recommends "$@" && apt_get install -y --no-install-recommends "$@"
}

# Returns false, and says why in $problem, where it cannot.
install() {
  have apt-get || { problem="there is no apt-get here: install that by hand (LibtorchPrefix=/folder tells where libtorch is)"; return 1; }
  [[ $(id -u) == 0 ]] || have sudo || { problem="only root can install it: apt-get install --no-install-recommends $*"; return 1; }
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  say "apt-get install --no-install-recommends $*"
  apt_install "$@" && return
  say "apt-get update, as the package lists are missing or old; then once more"
  apt_get update && apt_install "$@" && return
  problem="apt-get failed: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
  return 1
}

[[ -z ${LibtorchPrefix:-} ]] || has_headers || [[ $provider == nuget ]] ||
  fail "LibtorchPrefix is $prefix, and there is no libtorch: $prefix/include/ATen/ATen.h is missing."

why="provider system needs"
case $provider in
  nuget)
    registry_serves && nuget_is_ready
    fail "TorchProvider is nuget, and no package source gives TorchSharp-cpu $version. Unset TorchProvider to use the system's libtorch." ;;
  system) ;;
  '')
    # As in src/TorchProvider.props: where libtorch's headers are, the build takes provider system.
    if ! has_headers; then
      registry_serves && nuget_is_ready
      why="no package source gives TorchSharp-cpu $version, so provider system it is, which needs"
    fi ;;
  *) fail "TorchProvider is '$TorchProvider': set it to system or nuget, or leave it unset." ;;
esac

must=$(required)
want="$must$(recommended)"
if [[ -n $want ]]; then
  say "$why ${want% }"
  # shellcheck disable=SC2086 # a list of package names
  if install $want; then
    [[ -z $(required) ]] || fail "apt-get succeeded, and yet there is no $(required)"
  elif [[ -n $must ]]; then
    fail "$why ${must% }, and $problem"
  else
    say "goes on without ${want% } (large models will train slowly): $problem"
  fi
fi
say "libtorch is in $prefix, with a C++ compiler and cmake (provider system)"
