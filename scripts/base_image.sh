#!/usr/bin/env bash
# See that the images' base is there. Usage: scripts/base_image.sh [SAM_PYTHON]
#
# That is the public python:3.11-slim-bookworm. Where it cannot be pulled, an equal one is made of
# the same Debian's packages and imported under that name, so that the Dockerfiles build unchanged.
# It carries the label `multifidus.base`, by which `make deploy` knows what not to publish.
#
# With SAM_PYTHON, the Python that SAM is installed for, also the image in which `sam local` runs zip
# functions: AWS's, or where it cannot be pulled, one with the same runtime client on that base.
set -euo pipefail
cd "$(dirname "$0")/.."

base=python:3.11-slim-bookworm
certificates=/etc/ssl/certs/ca-certificates.crt

is_there() { docker image inspect "$1" >/dev/null 2>&1; }
pull() { timeout 300 docker pull --quiet "$1" >/dev/null 2>&1; }

make_base() {
    command -v debootstrap >/dev/null || scripts/packages.sh debootstrap
    if [ "$(id -u)" != 0 ]; then
        echo "$base cannot be pulled, and making one needs root." >&2
        return 1
    fi
    echo "Making $base of Debian's packages ..."
    local root
    root=$(mktemp -d "${TMPDIR:-/tmp}/base-XXXXXX")
    trap 'rm -rf "$root"' RETURN
    debootstrap --variant=minbase \
        --include=python3.11,python3-pip,python3.11-venv,ca-certificates bookworm "$root" >build/debootstrap.log
    # As in the public image: `python` and `pip` are this Python's, and may install.
    rm -f "$root/usr/lib/python3.11/EXTERNALLY-MANAGED"
    ln -sf python3.11 "$root/usr/bin/python"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
        "$root"/usr/share/{doc,man,locale,info} "$root"/debootstrap
    # pip in a build must trust whom this machine trusts.
    if [ -f "$certificates" ]; then
        cp "$certificates" "$root$certificates"
    fi
    tar -C "$root" -c . | docker import \
        -c 'ENV LANG=C.UTF-8' -c "ENV PIP_CERT=$certificates" -c 'LABEL multifidus.base=made-here' \
        -c 'CMD ["python3"]' - "$base" >/dev/null
}

make_emulation_image() { # make_emulation_image TAG
    echo "Making $1 on $base ..."
    docker build --quiet --build-arg "BASE=$base" -t "$1" -f infra/emulation/Dockerfile \
        infra/emulation >/dev/null
}

mkdir -p build
# Several may ask at once.
exec 8>build/base_image.lock
flock 8

is_there "$base" || pull "$base" || make_base
if [ $# -gt 0 ]; then
    emulation=$("$1" -c '
from samcli.local.docker.lambda_image import LambdaImage
print(f"{LambdaImage._INVOKE_REPO_PREFIX}/python:3.11-x86_64")')
    is_there "$emulation" || pull "$emulation" || make_emulation_image "$emulation"
fi
