#!/bin/sh
# Runs a command in a network of its own, as root: nobody else's connections are counted or met
# there, and every port is free. Anyone else runs it where it is.
set -eu
if [ "$(id -u)" = 0 ] && command -v unshare >/dev/null && command -v ip >/dev/null; then
    exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
fi
exec "$@"
