#!/bin/sh
# Sees to the programs that the tests drive: real browsers, a sound server for them, a real ffmpeg,
# a real TURN server.
# As root on Debian they are installed; anyone else is told in one line what to install.
set -eu
missing=
for name in chromium ffmpeg firefox-esr pulseaudio; do
    command -v "$name" >/dev/null || missing="$missing $name"
done
if command -v firefox >/dev/null; then
    missing=$(printf %s "$missing" | sed 's/ firefox-esr//')
fi
command -v turnserver >/dev/null || missing="$missing coturn"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086  # two words are two packages
    apt-get install -y -qq --no-install-recommends $missing
else
    echo "The tests need$missing. On Debian: sudo apt-get install$missing" >&2
    exit 1
fi
