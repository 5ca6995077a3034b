#!/usr/bin/env bash
# Configures and builds a preset: packaging/build.sh PRESET [TARGET...]. Quick when nothing changed.
# run.sh, test.sh and .ci/run share it, so that they share its build folder and its cache of compiled files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift

# Checkouts in different folders compile the same files: let them share one cache.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-3G}

# Ninja notices every changed CMakeLists.txt by itself, but not the presets.
build=build/$preset
if [ ! -e "$build/build.ninja" ] || [ CMakePresets.json -nt "$build/build.ninja" ]; then
    cmake --preset "$preset"
fi
cmake --build "$build" ${1:+--target "$@"}
