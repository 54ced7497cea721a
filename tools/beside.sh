#!/bin/sh
# Runs checks beside each other, and something that is watched beside them:
#   tools/beside.sh "make lint" "npm test" -- pytest -n 4
# What a check says is shown when it has ended, as a whole; it gives way to what is watched.
# All are waited for. Fails if one fails, and names those that did.
set -u
folder=$(mktemp -d)
running=
stop() {
    # shellcheck disable=SC2086  # several ids
    [ -z "$running" ] || kill $running 2>/dev/null
    rm -rf "$folder"
}
trap 'stop; exit 130' INT TERM
trap stop EXIT

count=0
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
    count=$((count + 1))
    (
        nice -n 10 sh -c "$1" >"$folder/$count" 2>&1
        code=$?
        cat "$folder/$count"
        [ "$code" = 0 ] || echo "$1" >>"$folder/failed"
    ) &
    running="$running $!"
    shift
done
[ "$#" = 0 ] || shift
if [ "$#" -gt 0 ] && ! "$@"; then
    echo "$*" >>"$folder/failed"
fi
# shellcheck disable=SC2086  # several ids
wait $running
running=
[ ! -e "$folder/failed" ] || {
    sed 's/^/failed: /' "$folder/failed" >&2
    exit 1
}
