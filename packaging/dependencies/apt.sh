# shellcheck shell=bash
# For scripts that source it: apt as root, on a machine that nobody watches.

apt() { # apt ARGUMENTS...: apt-get; asks no questions and waits for another apt that is at work
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Packages are missing and there is no sudo: run $0 as root." >&2
            return 1
        fi
        as_root=(sudo)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}
