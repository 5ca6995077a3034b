#!/usr/bin/env bash
# Builds the fuzz targets with Clang and lets each fuzz for a while: tests/fuzz/run.sh [SECONDS] [TARGET...]
# The corpus grows in build/fuzz/corpus/TARGET; what breaks a check is left in build/fuzz/found, and ends the run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-300}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then targets=(framing request_lines json_tensors binary_tensors multipart content_coding settings); fi

cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -gline-tables-only" \
    -DCMAKE_CXX_COMPILER="${CXX:-clang++-14}" -DWARMBENCH_UI=OFF -DWARMBENCH_FUZZ=ON
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}"

mkdir -p build/fuzz/found
export UBSAN_OPTIONS=print_stacktrace=1
for target in "${targets[@]}"; do
    printf '\n=== %s, %s s\n' "$target" "$seconds"
    corpus=build/fuzz/corpus/$target
    mkdir -p "$corpus"
    dictionary=tests/fuzz/json.dict
    case $target in framing | multipart | content_coding) dictionary=tests/fuzz/http.dict ;; esac
    if [ "$target" = request_lines ]; then dictionary=tests/fuzz/address.dict; fi
    build/fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
        -dict=$dictionary -print_final_stats=1 -artifact_prefix=build/fuzz/found/"$target"- \
        "$corpus" tests/fuzz/seeds/"$target"
done
