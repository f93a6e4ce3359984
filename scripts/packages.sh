#!/usr/bin/env bash
# Install packages of Debian. Usage: scripts/packages.sh PACKAGE...
#
# With apt-get, where this is root's machine to change, or where sudo asks for no password; elsewhere
# they are named, and the exit status is 1.
set -euo pipefail

as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
    echo "Missing here. On Debian: apt-get install $*" >&2
    exit 1
fi
echo "Installing $* ..."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
