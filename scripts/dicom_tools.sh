#!/usr/bin/env bash
# See that the tests find the programs that check DICOM objects. Usage: scripts/dicom_tools.sh
#
# dciodvfy is of Debian's dicom3tools, dcmdump and dsrdump of dcmtk: readers that share no code with
# the libraries that write the objects. What is missing is installed with apt-get where this is
# root's machine to change, or where sudo asks for no password; elsewhere it is named.
set -euo pipefail

are_there() {
    command -v dciodvfy >/dev/null && command -v dcmdump >/dev/null && command -v dsrdump >/dev/null
}

if are_there; then
    exit 0
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    echo "Installing dicom3tools and dcmtk ..."
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends dicom3tools dcmtk >/dev/null
fi
if ! are_there; then
    echo "The tests of DICOM objects need dciodvfy, dcmdump and dsrdump." >&2
    echo "On Debian: apt-get install dicom3tools dcmtk" >&2
    exit 1
fi
