#!/bin/sh
# Takes pictures of the window, with no display needed.
#   packaging/screenshots.sh                       the README's picture, resources/screenshot.png
#   packaging/screenshots.sh FOLDER [MODELS]       every page in light and dark, at 100 % and 200 %; MODELS is a folder
#                                                  with rfb320.onnx, squeezenet_fp16.onnx, pytorch_super_resolution.onnx and faces.jpg, for three pages more
# WARMBENCH_BUILD names another preset than release.
set -eu
cd "$(dirname "$0")/.."
preset=${WARMBENCH_BUILD:-release}

cmake --preset "$preset" -DWARMBENCH_TESTS=ON >/dev/null
cmake --build --preset "$preset" --target warmbench_screenshots
program=build/$preset/tests/ui/warmbench_screenshots
export QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES='qt.qpa.*=false'

if [ $# -eq 0 ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    "$program" "$folder" light
    cp "$folder/playground-light-100.png" resources/screenshot.png
    echo "resources/screenshot.png is new."
    exit
fi

for theme in light dark; do
    for scale in 1 2; do
        QT_SCALE_FACTOR=$scale "$program" "$1" $theme ${2:+"$2"}
    done
done
