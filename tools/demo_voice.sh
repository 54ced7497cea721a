#!/bin/sh
# Makes the demo voice again: src/fullhouse/client/demo.ogg. Needs Debian's flite and ffmpeg.
# Where it comes from and why: docs/decisions/0005-demo-voice.md.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

say() { # voice, text
    number=$((number + 1))
    flite -voice "$1" --setf duration_stretch=1.04 -t "$2" -o "$work/$(printf %02d $number).wav"
}

say slt "Hello, and welcome to Full House."
say rms "This is the demo room. What you hear comes from your own machine."
say slt "A few people talk here. Very many can listen, all through one link."
say rms "You hear us live, a moment after we speak."
say slt "The link stays the same, today, tomorrow, and next week."
say rms "If a part of the program fails, your stream goes on. You do not need to reload the page."
say slt "Now it is your turn to speak."
say rms "In the terminal, next to the link you opened, there is a second link. It opens the studio."
say slt "Open it, choose your microphone, and press: go on stage."
say rms "Your voice will join ours, and everyone who listens will hear you."
say slt "To make a room of your own, write: full house, room create, and a name."
say rms "Share its link with your friends. They need no account."
say slt "That is all. We will start again in a moment."

# Each voice as loud as the other, half a second of breath after each sentence, and the whole at
# -20 dBFS of speech; then Opus, as small as it stays clear.
: > "$work/list"
for file in "$work"/[0-9][0-9].wav; do
    trim="silenceremove=start_periods=1:start_threshold=-45dB,areverse"
    ffmpeg -v error -i "$file" -af "aresample=48000,$trim,$trim,highpass=f=80,\
loudnorm=I=-18:TP=-3:LRA=7,aresample=48000,apad=pad_dur=0.5" -ac 1 "$file.even.wav"
    echo "file '$file.even.wav'" >> "$work/list"
done
ffmpeg -v error -f concat -safe 0 -i "$work/list" -af "acompressor=threshold=-24dB:ratio=3:\
attack=5:release=120,volume=5.6dB,alimiter=limit=0.7:level=false" "$work/whole.wav"
ffmpeg -v error -y -i "$work/whole.wav" -c:a libopus -b:a 32k -application voip -ac 1 \
    -map_metadata -1 -metadata title="Fullhouse demo" -fflags +bitexact \
    src/fullhouse/client/demo.ogg
