"""A sound card for browsers that insist on one: a sound server of the test's, with no hardware."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.sounds import FFMPEG, Recording

PULSE = ("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no")


@dataclass(frozen=True, slots=True)
class SoundCard:
    """A microphone that says what is played into it, and a loudspeaker that can be recorded.

    Attributes:
        environment: makes a program use it.
    """

    folder: Path
    environment: Mapping[str, str]

    @contextmanager
    def says(self, wav: Path) -> Iterator[None]:
        """Let the microphone hear a file, over and over, until the block ends."""
        loop = ("-re", "-stream_loop", "-1", "-i", str(wav))
        player = subprocess.Popen(
            [*FFMPEG, *loop, "-f", "pulse", "-device", "voice", "test"], env=self.environment
        )
        try:
            yield
            assert player.poll() is None
        finally:
            player.kill()
            player.wait()

    @contextmanager
    def recording(self, seconds: float) -> Iterator[Recording]:
        """Record what comes out of the loudspeaker."""
        file = self.folder / "ear.raw"
        sound = ("-t", str(seconds), "-f", "f32le", "-ac", "1", "-ar", "48000", str(file))
        recorder = subprocess.Popen(
            [*FFMPEG, "-f", "pulse", "-i", "ear.monitor", *sound],
            stderr=subprocess.PIPE,
            env=self.environment,
        )
        try:
            yield Recording(recorder, file)
        finally:
            recorder.kill()
            recorder.communicate()


@contextmanager
def sound_card(folder: Path) -> Iterator[SoundCard]:
    """Run a sound server until the block ends."""
    socket = folder / "pulse"
    modules = (
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
        "module-null-sink sink_name=ear rate=48000",
        "module-null-sink sink_name=voice rate=48000 channels=1",
        "module-remap-source master=voice.monitor source_name=microphone",
    )
    own = {"HOME": folder, "XDG_RUNTIME_DIR": folder, "PULSE_RUNTIME_PATH": folder}
    environment = os.environ | {name: str(path) for name, path in own.items()}
    load = [word for module in modules for word in ("-L", module)]
    with (folder / "pulse.log").open("wb") as log:
        server = subprocess.Popen([*PULSE, *load], env=environment, stderr=log)
    try:
        for _ in range(100):
            if socket.exists():
                break
            assert server.poll() is None, (folder / "pulse.log").read_text()
            time.sleep(0.05)
        yield SoundCard(folder, environment | {"PULSE_SERVER": f"unix:{socket}"})
    finally:
        server.terminate()
        server.wait(10)
