#!/usr/bin/env bash
# Build the page's style sheet with Tailwind CSS, or see that the committed one is current.
# Usage: scripts/site.sh VENV [check]
#
# Tailwind CSS comes by npm, from the lock file in scripts/page/, into scripts/page/node_modules.
# Debian's Node.js may be too old to run it; then the one inside VENV's Playwright does. What is
# missing is installed with apt-get where this is root's machine to change; elsewhere it is named.
set -euo pipefail

venv=$1
task=${2:-build}
tools=scripts/page
built=site/style.css

find_npm() {
    if command -v npm >/dev/null; then
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing npm ..."
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends nodejs npm libatomic1 >/dev/null
    fi
    if ! command -v npm >/dev/null; then
        echo "The page's style sheet is built with npm: apt-get install nodejs npm" >&2
        exit 1
    fi
}

find_node() {
    local candidate
    for candidate in node "$venv"/lib/python3*/site-packages/playwright/driver/node; do
        if "$candidate" -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    echo "Tailwind CSS needs Node.js 20 or newer." >&2
    return 1
}

stamp=$tools/node_modules/.installed-from
wanted=$(sha256sum <"$tools/package-lock.json")
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    find_npm
    npm --prefix "$tools" ci --silent --no-fund --no-audit --ignore-scripts
    printf '%s' "$wanted" >"$stamp"
fi
node=$(find_node)
log=$(mktemp)
trap 'rm -f "$log" "${fresh:-}"' EXIT

build() {
    NODE_PATH=$PWD/$tools/node_modules "$node" \
        "$tools/node_modules/@tailwindcss/cli/dist/index.mjs" \
        --input site/css/main.css --output "$1" --minify 2>"$log" || { cat "$log" >&2; return 1; }
    # The tool ends its file without a line break; git and editors expect one.
    printf '\n' >>"$1"
}

if [ "$task" = check ]; then
    fresh=$(mktemp --suffix .css)
    build "$fresh"
    if ! cmp -s "$fresh" "$built"; then
        echo "$built is not what site/css/ gives. Run: make site" >&2
        exit 1
    fi
else
    build "$built"
fi
