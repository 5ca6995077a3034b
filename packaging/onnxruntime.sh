#!/usr/bin/env bash
# Puts ONNX Runtime where CMake finds it: packaging/onnxruntime.sh [--need]
#
# Debian 13 and later have a package of it, which is installed. Elsewhere the library is the official one of the npm
# package onnxruntime-node, whose checksum is pinned below. Its C header, its licence and its notices come out of Debian
# 13's libonnxruntime-dev, which is downloaded and unpacked, never installed: an older header works with a newer library,
# not the reverse. They stand in one folder of the user's cache:
#   $XDG_CACHE_HOME/warmbench/onnxruntime/VERSION/{include/onnxruntime_c_api.h,lib/libonnxruntime.so.1,LICENSE}
# Where nothing helps, one sentence says what to do; --need makes that a failure.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/dependencies/apt.sh
. "$here/dependencies/apt.sh"

version=1.30.0 # packaging/cmake/FindOnnxRuntime.cmake reads it here
checksum=b7086cd42d82fc1164cf5c9ce4e634288536194aba0d444eee10f86f1e50d90cb79c0309c115d6f31537355733136f5503d96894b3987a9a03f1f8d318e7c8ab
package=libonnxruntime-dev
newer_debian=trixie
need=${1:-}
folder=${XDG_CACHE_HOME:-$HOME/.cache}/warmbench/onnxruntime/$version

without() { # without REASON
    echo "ONNX Runtime is not there: $1. Warmbench builds without it and runs ONNX files with OpenCV alone; to have it," \
        "unpack one of its releases (github.com/microsoft/onnxruntime) and configure with -DWARMBENCH_ONNXRUNTIME_ROOT=FOLDER." >&2
    if [ "$need" = --need ]; then exit 1; fi
    exit 0
}

if [ -e "$folder/LICENSE" ] || dpkg-query -W -f='${db:Status-Status}' $package 2>/dev/null | grep -qx installed; then exit 0; fi
if apt-get -qq --simulate --no-install-recommends install $package &>/dev/null; then
    apt install -y --no-install-recommends $package >&2 || without "apt could not install $package"
    exit 0
fi

case $(uname -s)-$(uname -m) in
    Linux-x86_64) machine=x64 ;;
    Linux-aarch64) machine=arm64 ;;
    *) without "its npm package has no library for this machine" ;;
esac
command -v npm >/dev/null || without "this system has no package of it, and no npm to fetch it with"
# shellcheck disable=SC2016 # apt itself fills in the names
mirror=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' | sed -n 's/ Debian Debian$//p' | head -n 1)
[ -n "$mirror" ] || without "this system has no package of it, and apt knows no mirror of Debian to take its header from"

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX") # beside its end, so that it can be renamed to it
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "Fetching ONNX Runtime $version into $folder" >&2

# apt looks into lists of our own, beside which the system's stay as they are.
mkdir -p apt/lists/partial apt/archives/partial apt/unpacked
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
signed=
if [ -e $keyring ]; then signed="[signed-by=$keyring] "; fi
echo "deb $signed$mirror $newer_debian main" >apt/sources.list
own=(-q -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt" -o Dir::Etc::SourceList="$work/apt/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=)
{
    apt-get "${own[@]}" update && (cd apt && apt-get "${own[@]}" download $package) && dpkg-deb -x apt/$package*.deb apt/unpacked
} >apt.log 2>&1 || { cat apt.log >&2; without "the header could not be fetched; apt's own words are above"; }

npm pack --silent --ignore-scripts "onnxruntime-node@$version" >npm.log 2>&1 ||
    { cat npm.log >&2; without "npm could not fetch it; its own words are above"; }
archive=onnxruntime-node-$version.tgz
echo "$checksum  $archive" | sha512sum --check --status || without "the archive that npm fetched is not the one whose checksum is pinned"

mkdir -p fetched/include fetched/lib
tar -tzf "$archive" >content.txt
library=$(grep -m 1 "/linux/$machine/libonnxruntime\.so\.1$" content.txt) || without "the archive holds no library for $machine"
tar -xzOf "$archive" "$library" >fetched/lib/libonnxruntime.so.1
find apt/unpacked/usr/include -name 'onnxruntime*_c_api.h' -exec cp -t fetched/include {} +
[ -e fetched/include/onnxruntime_c_api.h ] || without "Debian's package holds no C header any more"
cp apt/unpacked/usr/share/doc/$package/copyright fetched/LICENSE
rm -rf "$folder"
mv fetched "$folder"
