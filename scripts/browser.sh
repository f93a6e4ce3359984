#!/usr/bin/env bash
# See that the page's tests find a browser, and what reads printed pages. Usage: scripts/browser.sh VENV
#
# Chromium is Debian's, driven by the Playwright of VENV, whose own Node.js needs libatomic.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$1

is_there() {
    command -v chromium >/dev/null && command -v pdftotext >/dev/null \
        && "$venv/bin/playwright" --version >/dev/null 2>&1
}

is_there || scripts/packages.sh chromium libatomic1 poppler-utils
if ! is_there; then
    echo "The page's tests need Chromium and pdftotext on the PATH, and a Playwright that runs." >&2
    exit 1
fi
