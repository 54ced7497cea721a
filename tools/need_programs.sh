#!/bin/sh
# Sees to the programs that the tests drive: real browsers and a sound server for them, a real
# ffmpeg, a real TURN server, a real proxy, a real PostgreSQL.
# As root on Debian they are installed; anyone else is told in one line what to install.
set -eu
missing=
command -v chromium >/dev/null || missing="$missing chromium"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing="$missing firefox-esr"
command -v pulseaudio >/dev/null || missing="$missing pulseaudio"
command -v turnserver >/dev/null || missing="$missing coturn"
PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$missing nginx-light"
command -v ip >/dev/null || missing="$missing iproute2"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
    missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        # The tests start what they need: a TURN server of the system's shall not run for it.
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq
    case $missing in
    *postgresql*)
        # The tests make clusters of their own: none of the system's shall be made, let alone run.
        apt-get install -y -qq --no-install-recommends postgresql-common
        sed -i 's/^#\{0,1\} *create_main_cluster *=.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
        ;;
    esac
    # shellcheck disable=SC2086  # two words are two packages
    apt-get install -y -qq --no-install-recommends $missing
else
    echo "The tests need$missing. On Debian: sudo apt-get install$missing" >&2
    exit 1
fi
