"""Constants of the Halo Rise integration."""

from datetime import timedelta
from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "halo_rise"
LOGGER = logging.getLogger(__package__)

CONF_FIRMWARE: Final = "firmware"
CONF_SIDE: Final = "side"
CONF_TEMPERATURE_ENTITY: Final = "temperature_entity"
CONF_HUMIDITY_ENTITY: Final = "humidity_entity"
CONF_ILLUMINANCE_ENTITY: Final = "illuminance_entity"
CONF_ZONE_NEAREST: Final = "zone_nearest"
CONF_ZONE_FARTHEST: Final = "zone_farthest"

DEFAULT_NAME: Final = "Halo Rise"


class Side(StrEnum):
    """The side of the bed on which the radar's person sleeps."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


ZONE_REACH: Final = (0.1, 3.0)
"""Metres between which the detection zone may lie."""

ZONE_SPAN: Final = 0.3
"""Metres that the zone must measure at least: a sleeper turns over."""

BATCH_INTERVAL: Final = timedelta(seconds=1)
"""How often the frames that have arrived go through the engine."""

QUEUE_LENGTH: Final = 4800
"""Frames that may wait for the engine: ten minutes of the fastest module we know."""

PAUSE: Final = 0.0001
"""Seconds for which the engine lets go of the interpreter between two steps."""

FLUSH_INTERVAL: Final = 15.0
"""Seconds between two steps of the engine while no frames arrive."""

ENGINE_PATIENCE: Final = 5
"""Failures in a row after which a saved session is given up as their cause."""

LIVE_INTERVAL: Final = 10.0
"""Seconds for which a measured value keeps its state, for the recorder's sake."""

DIAGNOSTIC_INTERVAL: Final = 60.0
"""The same for values that only matter when something is wrong."""

STORAGE_VERSION: Final = 1

LEARNED_PROFILE: Final = "profile"
"""The key of what the engine has learned about bed and sleeper."""

ISSUE_ARCHIVE_DAMAGED: Final = "archive_damaged"
ISSUE_SENSOR_MOVED: Final = "sensor_moved"
