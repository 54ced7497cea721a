"""Speaks by WHIP with FFmpeg's own muxer, which PyAV brings along, until stdin ends.

FFmpeg has an ICE, a DTLS and an SRTP of its own: another family than browsers and aiortc. The
order is one JSON object: `whip`, `token`, `wav`, and `folder` for its certificate.
"""

import datetime
import itertools
import json
import select
import sys
import time
import wave
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SAMPLE_RATE: Final = 48_000
FRAME: Final = 960


def certificate(folder: Path) -> dict[str, str]:
    """Write a key and a certificate of its own for DTLS; FFmpeg cannot make one everywhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    return {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "certificate.pem")}


def speak(whip: str, token: str, wav: str, folder: str) -> None:
    """Say the file over and over, in real time. FFmpeg takes no less than two channels."""
    with wave.open(wav) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    options = {"authorization": token, **certificate(Path(folder))}
    with av.open(whip, "w", format="whip", options=options) as session:
        stream = session.add_stream("libopus", rate=SAMPLE_RATE, layout="stereo")
        stream.bit_rate = 48_000
        began = time.monotonic()
        for number in itertools.count():
            due = began + number * FRAME / SAMPLE_RATE - time.monotonic()
            if select.select([sys.stdin], [], [], max(0.0, due))[0]:
                break
            both = frames[number % len(frames)].repeat(2).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
            frame.sample_rate, frame.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
            frame.pts = number * FRAME
            session.mux(stream.encode(frame))


if __name__ == "__main__":
    speak(**json.loads(sys.argv[1]))
