#!/bin/sh
# Pins what requirements*.in asks for, with hashes and without naming any index.
set -eu
uv=${1:-.venv/bin/uv}
for name in requirements requirements-build requirements-dev; do
    "$uv" pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
        --python-version 3.11 --universal "$name.in" -o "$name.txt"
done
if grep -n '://' requirements*.txt; then
    echo "a pinned list names a host" >&2
    exit 1
fi
