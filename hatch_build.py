"""Build steps: dependencies from requirements.in, and the pages built into the package.

The pages are built with npm when `src/fullhouse/web` is not there yet. A source archive holds
them built, so that installing from it needs no npm.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """Says in the package's metadata what requirements.in says."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        lines = Path(self.root, "requirements.in").read_text().splitlines()
        wanted = (line.partition("#")[0].strip() for line in lines)
        metadata["dependencies"] = [line for line in wanted if line]


class Pages(BuildHookInterface[Any]):
    """Builds the pages where they are missing."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or Path(self.root, "src", "fullhouse", "web").is_dir():
            return
        if shutil.which("npm") is None:
            raise RuntimeError("npm is missing: building the pages needs Node.js 20 or newer")
        for command in (["npm", "ci"], ["npm", "run", "build"]):
            subprocess.run(command, cwd=Path(self.root, "web"), check=True)
