#!/usr/bin/env bash
# Configures and builds a preset: packaging/build.sh PRESET [TARGET...]. Quick when nothing changed.
# run.sh, test.sh and .ci/run share it, so that they share its build folder and its cache of compiled files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
build=build/$preset

# Checkouts in different folders compile the same files: let them share one cache.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-3G}

# A caller who names a target does not want the tests, nor the packages that only tests need. A folder that was
# configured with tests stays so.
configured() { grep -qs "^WARMBENCH_TESTS:BOOL=$1" "$build/CMakeCache.txt" && [ -e "$build/build.ninja" ]; }
tests=ON
if [ $# -gt 0 ] && ! configured ON; then tests=OFF; fi

# Ninja notices every changed CMakeLists.txt by itself, but not the presets.
if ! configured $tests || [ CMakePresets.json -nt "$build/build.ninja" ]; then
    cmake --preset "$preset" -DWARMBENCH_TESTS=$tests
fi
cmake --build "$build" ${1:+--target "$@"}
