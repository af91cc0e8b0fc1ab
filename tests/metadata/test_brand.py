"""The pictures by which Home Assistant knows us, as its rules for brands want them."""

from pathlib import Path

from homeassistant.components.brands.const import ALLOWED_IMAGES
from PIL import Image
import pytest

BRAND = Path(__file__).parents[2] / "custom_components" / "halo_rise" / "brand"


def test_only_known_pictures() -> None:
    """Anything else would never be shown."""
    names = {file.name for file in BRAND.iterdir()}
    assert names <= ALLOWED_IMAGES
    assert {"icon.png", "icon@2x.png", "logo.png", "logo@2x.png"} <= names


@pytest.mark.parametrize("name", ["icon", "logo", "dark_logo"])
def test_sizes(name: str) -> None:
    """An icon is a square of 256, a logo between 128 and 256 high; both also twice that."""
    with Image.open(BRAND / f"{name}.png") as picture:
        width, height = picture.size
        assert picture.getpixel((0, 0)) == (0, 0, 0, 0)
    if name == "icon":
        assert (width, height) == (256, 256)
    assert 128 <= height <= 256
    with Image.open(BRAND / f"{name}@2x.png") as picture:
        assert picture.size == (2 * width, 2 * height)
