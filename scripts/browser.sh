#!/usr/bin/env bash
# See that the page's tests find a browser. Usage: scripts/browser.sh VENV
#
# Chromium is Debian's, driven by the Playwright of VENV, whose own Node.js needs libatomic. What is
# missing is installed with apt-get where this is root's machine to change; elsewhere it is named.
set -euo pipefail

venv=$1

is_there() {
    command -v chromium >/dev/null && "$venv/bin/playwright" --version >/dev/null 2>&1
}

if is_there; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium libatomic1 >/dev/null
fi
if ! is_there; then
    echo "The page's tests need a browser: apt-get install chromium libatomic1" >&2
    exit 1
fi
