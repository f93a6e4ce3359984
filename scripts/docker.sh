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
# overlay2 before the fall-back, vfs, which copies every layer and is six times slower, but works where
# Docker's own folder lies on an overlay already.
for driver in overlay2 vfs; do
    # A session of its own, so that an interrupt at the terminal does not end it.
    setsid nohup dockerd --storage-driver="$driver" >build/dockerd.log 2>&1 </dev/null &
    daemon=$!
    for _ in $(seq 300); do
        if answers; then
            exit 0
        fi
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.1
    done
    if kill "$daemon" 2>/dev/null; then
        wait "$daemon" || true
    fi
done
echo "dockerd does not start; the end of build/dockerd.log:" >&2
tail -n 20 build/dockerd.log >&2
exit 1
