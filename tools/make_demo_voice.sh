#!/bin/sh
# Makes the voice of the demo room: spoken by a machine (Debian's flite, voice slt), so that it is
# nobody's recording. Needs flite and ffmpeg.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/text" <<'TEXT'
Hello, and welcome. You are listening to Full House: a live audio room, that runs on your own
machine. This voice is a file. A program speaks it into the room, again and again, so that there
is something to hear.

Do you want to speak yourself? Open the studio, by the link that was printed beside this one.
Everybody who has the link to listen will hear you, less than a second later.

You may end any of the processes behind this, if you like. Another one takes its place.
Your stream goes on.
TEXT
flite -voice slt -f "$folder/text" -o "$folder/voice.wav"
# As loud as speech on the radio, and a breath before it begins again.
ffmpeg -nostdin -loglevel error -y -i "$folder/voice.wav" \
    -af "highpass=f=80,loudnorm=I=-18:TP=-2:LRA=7,aresample=48000,apad=pad_dur=1.2" \
    -ac 1 -c:a libopus -b:a 32k -application voip -bitexact src/fullhouse/demo/voice.opus
