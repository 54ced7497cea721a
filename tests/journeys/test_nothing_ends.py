"""Processes die, rooms end: no listener's stream does."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coded_noise import coded_noise
from tests.ears import Ears
from tests.journeys.running import Running, fullhouse_up
from tests.journeys.sounds import icecast_source, speaking, write_wav
