#!/usr/bin/env bash
# Runs every test from this checkout: installs what is missing, builds, tests, ends with CTest's summary and exit
# code: packaging/test.sh [arguments for ctest]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/install-deps.sh --test
packaging/build.sh release

# The tests open windows on no screen, and Qt wants UTF-8, which a bare system does not set.
export QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8
exec ctest --preset release "$@"
