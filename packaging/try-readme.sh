#!/usr/bin/env bash
# Runs every curl line of README.md against the program: packaging/try-readme.sh PROGRAM
# The text after "#" on the line must be part of the answer; spaces do not count.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(mktemp -d)
: >"$folder/out" # must exist before the loop below looks, however late the server starts
"$1" serve --sample --port 0 >"$folder/out" 2>"$folder/log" &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server || true; rm -rf "$folder"' EXIT

for ((i = 0; i < 600; i++)); do
    address=$(sed -n 's/^Listening on //p' "$folder/out")
    if [ -n "$address" ]; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
done
if [ -z "$address" ]; then echo "The server did not start:"; cat "$folder/log"; exit 1; fi

tried=0 failed=0
while IFS= read -r line; do
    command=${line%%  #*} expected=${line#*  # }
    answer=$(bash -c "${command//http:\/\/127.0.0.1:5000/$address}" </dev/null | tr -d ' \n') || failed=1
    tried=$((tried + 1))
    if [[ $answer != *"${expected// /}"* ]]; then
        failed=1
        printf 'FAILED  %s\n  expected in the answer: %s\n  came: %.400s\n' "$command" "$expected" "$answer"
    fi
done < <(grep -E '^curl .*  # ' README.md)
echo "$tried lines of README.md tried"

# A server must also end well: it gets a signal and must exit cleanly.
kill -TERM "$server"
if ! wait "$server"; then failed=1; echo "The server did not end cleanly:"; tail -n 20 "$folder/log"; fi
[ "$tried" -gt 0 ] && [ "$failed" -eq 0 ]
