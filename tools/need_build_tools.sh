#!/bin/sh
# Says in one line what is missing to build Fullhouse: a Python that can make environments, Node.
set -eu
python=${1:-python3}
if ! command -v "$python" >/dev/null; then
    echo "Python 3.11 or newer is missing. On Debian: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$python is $("$python" -V 2>&1): Fullhouse needs 3.11 or newer (make PYTHON=...)." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python cannot make environments. On Debian: sudo apt-get install python3-venv" >&2
    exit 1
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Node.js and npm are missing: building the pages needs Node.js 20.19 or newer." >&2
    exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(+(a < 20 || (a == 20 && b < 19)))'; then
    echo "Node.js is $(node --version): building the pages needs 20.19 or newer." >&2
    exit 1
fi
