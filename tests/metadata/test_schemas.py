"""Every descriptive file has the form that Home Assistant and its marketplace expect."""

from pathlib import Path

from jsonschema import Draft202012Validator
import pytest

from .files import ACTION_FILES, INTEGRATION, ROOT, SCHEMAS, TRANSLATIONS, load

FILES = [
    (INTEGRATION / "manifest.json", "manifest"),
    (INTEGRATION / "icons.json", "icons"),
    (ROOT / "hacs.json", "hacs"),
    *((path, "services") for path in ACTION_FILES),
    *((path, "translations") for path in TRANSLATIONS),
]


@pytest.mark.parametrize("schema", sorted(SCHEMAS.glob("*.json")), ids=lambda p: p.name)
def test_schema_is_valid(schema: Path) -> None:
    """A schema with a mistake would accept anything."""
    Draft202012Validator.check_schema(load(schema))


@pytest.mark.parametrize(
    ("path", "schema"), FILES, ids=[str(path.relative_to(ROOT)) for path, _ in FILES]
)
def test_file_matches_schema(path: Path, schema: str) -> None:
    """The message names each place in the file and what is wrong with it."""
    validator = Draft202012Validator(load(SCHEMAS / f"{schema}.json"))
    errors = [
        f"{error.json_path}: {error.message}"
        for error in validator.iter_errors(load(path))
    ]
    assert errors == []
