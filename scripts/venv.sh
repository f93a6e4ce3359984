#!/usr/bin/env bash
# Make or refresh a virtual environment. Usage: scripts/venv.sh VENV REQUIREMENTS [UNHASHED]
#
# REQUIREMENTS is a complete, hashed lock file (scripts/lock.sh). UNHASHED is installed after it,
# by pip's ordinary rules. Nothing happens where the environment was made from the same files by
# the same Python: a stamp inside it holds their hash.
set -euo pipefail

venv=$1
requirements=$2
unhashed=${3:-}

say() { printf '%s\n' "$*" >&2; }

find_python() {
    local candidate
    # Run, not merely looked up: version managers leave shims that only print an error.
    for candidate in "${PYTHON:-python3.11}" python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Python 3.11 or newer is needed. On Debian 12: apt-get install python3 python3-venv"
    return 1
}

make_venv() {
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -c 'import venv' 2>/dev/null; then
        # Debian's Python without python3-venv, but with python3-pip: pip can install pip.
        "$python" -m venv --clear --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install -qq pip
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ -z "${venv_package_tried:-}" ]; then
        say "Installing python3-venv ..."
        venv_package_tried=yes
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
        make_venv
    else
        say "This Python has neither ensurepip nor pip. On Debian 12: apt-get install python3-venv"
        return 1
    fi
}

python=$(find_python)
stamp=$venv/.installed-from
wanted=$({
    "$python" -VV
    cat "$requirements" ${unhashed:+"$unhashed"}
} | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

say "Installing $requirements into $venv (once) ..."
make_venv
# --no-deps: the lock file is complete, and a package that is not in it must not slip in.
# -qq: errors only; pip warns of every folder that a local package index does not have.
pip=("$venv/bin/python" -m pip -qq --disable-pip-version-check)
"${pip[@]}" install --require-hashes --no-deps --only-binary :all: -r "$requirements"
if [ -n "$unhashed" ]; then
    "${pip[@]}" install -r "$unhashed"
fi
"${pip[@]}" check >&2
printf '%s' "$wanted" >"$stamp"
