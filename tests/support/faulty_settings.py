"""The room's settings, with a layer that a test can make faulty. For the processes of a cluster."""

from __future__ import annotations

import os

from chatroom.settings import CHANNEL_LAYERS
from tests.support.room_settings import *  # noqa: F403

# The file that says how faulty.
WEATHER = os.environ["CHATROOM_TEST_WEATHER"]

if CHANNEL_LAYERS:
    CHANNEL_LAYERS["default"]["BACKEND"] = "tests.support.faulty_layer.FaultyLayer"
    CHANNEL_LAYERS["default"]["CONFIG"]["weather"] = WEATHER
