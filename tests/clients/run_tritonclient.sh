#!/usr/bin/env bash
# Runs Triton's own Python client (tritonclient.http) against `warmbench serve`:
#
#   tests/clients/run_tritonclient.sh FOLDER
#
# FOLDER is a checkout of github.com/triton-inference-server/client (its example programs run too), a virtual
# environment with the package tritonclient[http], or a folder of packages that holds tritonclient/. The client wants
# numpy, gevent, geventhttpclient, aiohttp and rapidjson: Debian's python3-numpy, python3-geventhttpclient,
# python3-aiohttp and python3-rapidjson, or the virtual environment's own. Environment: WARMBENCH, the program
# (build/release/app/warmbench); PYTHON, the Python to run it with. A line a check; 1 where one fails, 2 where something
# is missing. CTest runs it too where WARMBENCH_TRITON_CLIENT named FOLDER while CMake configured.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
warmbench=${WARMBENCH:-$root/build/release/app/warmbench}

missing() {
    printf 'run_tritonclient.sh: %s\n' "$1" >&2
    exit 2
}

folder=${1:-}
[ -n "$folder" ] || missing "name the folder that holds the client: a checkout, a virtual environment or a folder of packages"
[ -d "$folder" ] || missing "there is no folder \"$folder\""
[ -x "$warmbench" ] || missing "there is no program \"$warmbench\": build it, or name it in WARMBENCH"
folder=$(cd "$folder" && pwd)

python=${PYTHON:-/usr/bin/python3}
packages=$folder
examples=()
if [ -d "$folder/src/python/library/tritonclient" ]; then
    packages=$folder/src/python/library
    examples=("$folder/src/python/examples")
elif [ -x "$folder/bin/python" ]; then
    python=$folder/bin/python
    packages=
elif [ ! -d "$folder/tritonclient" ]; then
    missing "\"$folder\" holds neither src/python/library/tritonclient nor bin/python nor tritonclient"
fi
export PYTHONPATH=$packages PYTHONDONTWRITEBYTECODE=1
for module in numpy gevent geventhttpclient aiohttp rapidjson tritonclient.http tritonclient.http.aio; do
    "$python" -c "import $module" 2>/dev/null || missing "$python cannot import $module: $("$python" -c "import $module" 2>&1 | tail -n 1)"
done

scratch=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT

# Seven, because simple_http_model_control.py counts them.
for name in simple add multi_out int64_out tiny_64 dynamic fixed_batch; do
    env -u PYTHONPATH /usr/bin/python3 "$root/tests/support/make_models.py" --only "$name" "$scratch/models" ||
        missing "the models cannot be made; is python3-onnx installed?"
done
XDG_CACHE_HOME=$scratch "$warmbench" serve --port 0 "$scratch/models" >"$scratch/address" 2>"$scratch/log" &
server=$!
for _ in $(seq 300); do
    [ -s "$scratch/address" ] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -s "$scratch/address" ] || missing "the server did not start: $(tail -n 1 "$scratch/log")"
address=$(sed -n 's|^Listening on http://||p' "$scratch/address")

"$python" "$root/tests/clients/check_tritonclient.py" "$address" "${examples[@]}"
