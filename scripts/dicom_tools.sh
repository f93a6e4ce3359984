#!/usr/bin/env bash
# See that the tests find the programs that check DICOM objects. Usage: scripts/dicom_tools.sh
#
# dciodvfy is of Debian's dicom3tools, dcmdump and dsrdump of dcmtk: readers that share no code with
# the libraries that write the objects.
set -euo pipefail
cd "$(dirname "$0")/.."

are_there() {
    command -v dciodvfy >/dev/null && command -v dcmdump >/dev/null && command -v dsrdump >/dev/null
}

are_there || scripts/packages.sh dicom3tools dcmtk
if ! are_there; then
    echo "The tests of DICOM objects need dciodvfy, dcmdump and dsrdump on the PATH." >&2
    exit 1
fi
