#!/usr/bin/env bash
# See that a Docker engine answers. Usage: scripts/docker.sh
#
# Where none is installed, Debian's is; where none runs and this is root's machine, one is started,
# which goes on running. Its log is build/dockerd.log.
set -euo pipefail
cd "$(dirname "$0")/.."

answers() { docker version >/dev/null 2>&1; }

if answers; then
    exit 0
fi
if ! command -v dockerd >/dev/null; then
    scripts/packages.sh docker.io
fi
if answers; then # the package may have started it
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "The Docker engine does not answer: start it, or see that this user may speak to it." >&2
    exit 1
fi
mkdir -p build
# overlay2: the fall-back, vfs, copies every layer and is six times slower. A session of its own, so
# that an interrupt at the terminal does not end it.
setsid nohup dockerd --storage-driver=overlay2 >build/dockerd.log 2>&1 </dev/null &
for _ in $(seq 300); do
    if answers; then
        exit 0
    fi
    sleep 0.1
done
echo "dockerd does not start; the end of build/dockerd.log:" >&2
tail -n 20 build/dockerd.log >&2
exit 1
