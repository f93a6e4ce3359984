#!/usr/bin/env bash
# Pin every requirements.in with hashes. Usage: scripts/lock.sh PIP_COMPILE [--upgrade]
#
# The tests' set is resolved first and constrains the others, so that one version of each package
# is tested, trained with and served. No registry is named in the results: pip finds the files
# where it is told to on each machine, and the hashes say whether they are the right ones.
set -euo pipefail
cd "$(dirname "$0")/.."

pip_compile=$1
shift
export CUSTOM_COMPILE_COMMAND="make lock"

lock() { # lock FOLDER [OPTION...]
    local folder=$1
    shift
    "$pip_compile" --quiet --generate-hashes --strip-extras --unsafe-package torch \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
        --output-file "$folder/requirements.txt" "$@" "$folder/requirements.in"
}

lock tests "$@"
for folder in functions/segment functions/report infra/emulation local training; do
    lock "$folder" --constraint tests/requirements.txt "$@"
done
lock infra "$@"
lock infra/checkov "$@"
