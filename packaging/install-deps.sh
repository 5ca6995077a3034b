#!/usr/bin/env bash
# Installs what Warmbench needs and is not there yet: packaging/install-deps.sh [--test] [--ci]
# The lists are in packaging/dependencies. When nothing is missing, apt is not even asked. ONNX Runtime, which Debian 12
# does not have, comes by packaging/onnxruntime.sh; --ci fails without it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/dependencies/apt.sh
. "$here/dependencies/apt.sh"

lists=("$here/dependencies/build.txt")
need=
for argument in "$@"; do
    case $argument in
        --test) lists+=("$here/dependencies/test.txt") ;;
        --ci)
            lists+=("$here/dependencies/ci.txt")
            need=--need
            ;;
        *) echo "usage: packaging/install-deps.sh [--test] [--ci]" >&2; exit 2 ;;
    esac
done
entries() { grep -hvE '^(#|$)' "${lists[@]}"; }

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    {
        echo "This system has no apt. Warmbench needs the following (names as on Debian):"
        entries | sed -E 's/^([^ |=]+)[^ ]* +/  \1  /'
        echo "Install these with this system's package manager, then build with: cmake --preset release && cmake --build --preset release"
    } >&2
    exit 1
fi

declare -A have=()
while read -r name; do have[$name]=1; done < <(
    dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' |
        sed -nE 's/^installed //; T; s/\([^)]*\)//g; s/,/ /g; p' | tr -s ' ' '\n')

# is_there NAMES PATH: whether the path exists if one is given, else whether a package of these names is installed.
is_there() {
    if [ -n "$2" ]; then
        compgen -G "$2" >/dev/null
        return
    fi
    local name
    for name in ${1//|/ }; do
        if [ -n "${have[$name]:-}" ]; then return 0; fi
    done
    return 1
}

missing=()
while read -r package _; do
    path=${package#*=}
    if [ "$path" = "$package" ]; then path=; fi
    names=${package%%=*}
    if ! is_there "$names" "$path"; then missing+=("$names"); fi
done < <(entries)
if [ ${#missing[@]} -eq 0 ]; then exec "$here/onnxruntime.sh" $need; fi

echo "Installing what is missing: ${missing[*]}" >&2
# A fresh system has no package lists. A broken third-party source must not stop us.
apt update >&2 || echo "apt-get update had problems; trying with the lists that are there." >&2

chosen=()
for names in "${missing[@]}"; do
    IFS='|' read -ra offered <<<"$names"
    choice=${offered[-1]}
    if [ ${#offered[@]} -eq 1 ]; then offered=(); fi # nothing to choose
    for name in "${offered[@]}"; do
        if apt-get -qq --simulate --no-install-recommends install "$name" &>/dev/null; then
            choice=$name
            break
        fi
    done
    chosen+=("$choice")
done
if ! apt install -y --no-install-recommends "${chosen[@]}" >&2; then
    echo "apt-get could not install them; its own words are above." \
        "Warmbench needs Debian 12, Ubuntu 24.04 (with universe) or later." >&2
    exit 1
fi
exec "$here/onnxruntime.sh" $need
