#!/usr/bin/env bash
# Runs packaging/test.sh in a bare Debian 13 folder, as root: packaging/try-debian13.sh [command...]
# SUITE=bookworm tries Debian 12; FOLDER says where (the same folder is used again, with its compiler cache).
# What is tried is a clean clone of HEAD; another command than packaging/test.sh runs in that clone.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=${SUITE:-trixie}
folder=${FOLDER:-${TMPDIR:-/tmp}/warmbench-$suite}

if [ "$(id -u)" -ne 0 ]; then echo "A folder of Debian needs root: sudo $0" >&2; exit 1; fi
if ! command -v debootstrap >/dev/null; then echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; fi

# Use the mirror of this system's own apt.
# shellcheck disable=SC2016 # the dollars are apt's
mirror=${MIRROR:-$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)}
if [ -z "$mirror" ]; then echo "This system's apt knows no Debian mirror: set MIRROR=..." >&2; exit 1; fi

if [ ! -e "$folder/etc/debian_version" ]; then
    # The keys of Debian's archive; a system of another kind may not have them.
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    if [ ! -e "$keyring" ]; then echo "Debian's keys are missing: apt-get install debian-archive-keyring" >&2; exit 1; fi
    debootstrap --variant=minbase --keyring="$keyring" "$suite" "$folder" "$mirror"
fi

unmount() {
    for place in dev/shm dev/pts proc; do
        if mountpoint -q "$folder/$place"; then umount "$folder/$place"; fi
    done
}
trap unmount EXIT
unmount # an interrupted run may have left mounts
mount -t proc proc "$folder/proc"
mkdir -p "$folder/dev/shm" "$folder/dev/pts"
mount -t tmpfs tmpfs "$folder/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$folder/dev/pts"
cp --dereference /etc/resolv.conf /etc/hosts "$folder/etc/"

# The clone is always in the same place, so that the compiler cache in the folder can be used again.
rm -rf "$folder/root/warmbench"
git clone --quiet --no-hardlinks "$root" "$folder/root/warmbench"
if [ $# -eq 0 ]; then set -- packaging/test.sh; fi
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" CI="${CI:-}" \
    CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" \
    chroot "$folder" /bin/sh -c 'cd /root/warmbench && exec "$@"' sh "$@" </dev/null
