"""What the tests of all packages share."""

from pathlib import Path

from hypothesis import settings
import pytest

# Imported before Home Assistant's own fixtures put their folder of custom integrations
# in its place: that one does not know ours.
import custom_components.halo_rise  # noqa: F401

ROOT = Path(__file__).parents[1]

# How long an example takes says more about the machine than about the code. Hypothesis
# has a profile of its own for checks that nobody watches.
settings.register_profile("project", deadline=None)
if settings.get_current_profile_name() != "ci":
    settings.load_profile("project")

pytest_plugins = ["tests.house"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recordings that lies beside the repository."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the recordings are not part of the repository and not beside it")
    return folder
