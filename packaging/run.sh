#!/usr/bin/env bash
# Starts Warmbench from this checkout: installs what is missing, builds, then opens the window with the samples
# or, without a display, serves the API: packaging/run.sh [arguments for warmbench]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Standard output belongs to the program: `serve` prints one line there and `predict` its results.
"$root/packaging/install-deps.sh" >&2
"$root/packaging/build.sh" release warmbench >&2
warmbench=$root/build/release/app/warmbench

# Qt wants UTF-8, and a bare system has no locale set.
if [ -z "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ]; then export LC_CTYPE=C.UTF-8; fi

case ${1:-} in
    predict | inspect | bench | -h | --help | --version) exec "$warmbench" "$@" ;;
    serve) shift ;;
    *) if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then exec "$warmbench" --sample "$@"; fi ;;
esac

# A line to try, with the address that the arguments ask for.
host=${WARMBENCH_HOST:-127.0.0.1} port=${WARMBENCH_PORT:-5000} previous=
for argument in "$@"; do
    case $previous in
        --host) host=$argument ;;
        --port) port=$argument ;;
    esac
    case $argument in
        --host=*) host=${argument#*=} ;;
        --port=*) port=${argument#*=} ;;
    esac
    previous=$argument
done
case $host in
    0.0.0.0 | :: | '*') host=127.0.0.1 ;;
    *:*) host=[$host] ;;
esac
address=http://$host:$port note=
if [ "$port" = 0 ]; then address=ADDRESS note=" (ADDRESS is what it prints)"; fi
{
    echo "Serving the samples; Ctrl+C ends it. Try in another terminal$note:"
    printf '  curl -s %s/predict/digits -d @%q\n' "$address" "$root/resources/sample/three.json"
} >&2
exec "$warmbench" serve --sample "$@"
