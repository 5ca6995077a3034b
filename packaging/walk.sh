#!/usr/bin/env bash
# Walks from a fresh start to the first answer under Xvfb and prints how long it took:
# packaging/walk.sh BUILD-FOLDER [FOLDER-FOR-PICTURES]
set -euo pipefail
pictures=${2:-$(mktemp -d)}
mkdir -p "$pictures"
command -v xvfb-run >/dev/null || { echo "xvfb-run is not installed: apt-get install xvfb"; exit 1; }
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home XDG_CONFIG_HOME=$home XDG_CACHE_HOME=$home QT_QPA_PLATFORM=xcb WARMBENCH_WALK_PICTURES=$pictures \
    xvfb-run -a -s "-screen 0 1400x900x24" "$1/tests/ui/tst_walk"
echo "Pictures are in $pictures."
