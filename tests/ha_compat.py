"""Let the test plugin of Home Assistant 2026.10 run on 2026.11.

Loaded before every other plugin (`-p tests.ha_compat` in pyproject.toml). To be deleted
with the override in requirements/ when the plugin for 2026.11 is there.
"""

# Replaces httpx by httpx2, which must happen before any plugin imports httpx.
import homeassistant  # noqa: F401
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The plugin still looks for it where 2026.10 had it.
if not hasattr(logger, "_clear_logger_overwrites"):
    logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # type: ignore[attr-defined]
