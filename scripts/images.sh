#!/usr/bin/env bash
# Build the container image of each function that has a Dockerfile, as multifidus-NAME, and print
# their sizes. Usage: scripts/images.sh [NAME...]
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# = 0 ]; then
    set -- functions/*/Dockerfile
    set -- "${@%/Dockerfile}"
    set -- "${@#functions/}"
fi
mkdir -p build
for name; do
    echo "Building multifidus-$name ..."
    if ! docker build -f "functions/$name/Dockerfile" -t "multifidus-$name" . \
        >"build/image-$name.log" 2>&1; then
        tail -n 40 "build/image-$name.log" >&2
        exit 1
    fi
done
docker image ls --format '{{.Repository}} {{.Size}}' | grep '^multifidus-' | sort
