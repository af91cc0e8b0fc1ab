"""The texts: complete, the same in every language, and one for whatever the code names."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.const import Platform
import pytest

from .files import INTEGRATION, TRANSLATIONS, english, load, texts

ENGLISH = english()
OTHERS = [path for path in TRANSLATIONS if path.stem != "en"]
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def languages(paths: list[Path]) -> pytest.MarkDecorator:
    """Run a test for each language."""
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


@languages(OTHERS)
def test_languages_have_the_same_keys(path: Path) -> None:
    """A key that is missing shows English; one too many is a mistake."""
    assert {key for key, _ in texts(load(path))} == {key for key, _ in texts(ENGLISH)}


@languages(OTHERS)
def test_languages_have_the_same_placeholders(path: Path) -> None:
    """A placeholder that nobody fills makes Home Assistant show the raw key."""
    translated = dict(texts(load(path)))
    for key, text in texts(ENGLISH):
        expected = set(PLACEHOLDER.findall(text))
        assert set(PLACEHOLDER.findall(translated.get(key, text))) == expected, key


def test_entities_are_of_known_platforms() -> None:
    """A misspelt platform would leave its entities without names."""
    assert ENGLISH.get("entity", {}).keys() <= set(Platform)


def forms() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every form of the flows that has fields, sections included."""
    flows = {name: ENGLISH.get(name, {}) for name in ("config", "options")}
    flows |= ENGLISH.get("config_subentries", {})
    for name, flow in flows.items():
        for step, form in flow.get("step", {}).items():
            for section in (form, *form.get("sections", {}).values()):
                if "data" in section:
                    yield f"{name}: {step}", section


@pytest.mark.parametrize("form", [pytest.param(f, id=name) for name, f in forms()])
def test_every_field_of_a_form_is_explained(form: dict[str, Any]) -> None:
    """The quality scale asks for a description of each field (config-flow)."""
    assert form.get("data_description", {}).keys() == form["data"].keys()


def calls(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Return each call in a module by its name, with its arguments that are text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            named = {
                keyword.arg: keyword.value.value
                for keyword in node.keywords
                if keyword.arg
                and isinstance(keyword.value, ast.Constant)
                and isinstance(keyword.value.value, str)
            }
            given = {k.arg for k in node.keywords if k.arg}
            if "translation_domain" in given:
                named["translation_domain"] = ""
            yield ast.unparse(node.func).rpartition(".")[2], named


def named_in_code() -> Iterator[tuple[str, set[str]]]:
    """Return each key that the code names, and where its text may stand."""
    flows = ["config", "options"]
    flows += [
        f"config_subentries.{kind}" for kind in ENGLISH.get("config_subentries", {})
    ]
    for path in sorted(INTEGRATION.rglob("*.py")):
        for function, arguments in calls(path):
            key = arguments.get("translation_key")
            if key and function == "async_create_issue":
                yield f"{path.name}: issue {key}", {f"issues.{key}.title"}
            elif key and "translation_domain" in arguments:
                yield f"{path.name}: error {key}", {f"exceptions.{key}.message"}
            elif key and path.stem in set(Platform):
                entity = f"entity.{path.stem}.{key}"
                yield (
                    f"{path.name}: entity {key}",
                    {f"{entity}.name", f"{entity}.state"},
                )
            if function == "async_abort" and (reason := arguments.get("reason")):
                # Core has texts of its own for these.
                if reason not in ("reauth_successful", "reconfigure_successful"):
                    places = {f"{flow}.abort.{reason}" for flow in flows}
                    yield f"{path.name}: abort {reason}", places
            if function == "async_show_form" and (step := arguments.get("step_id")):
                places = {f"{flow}.step.{step}" for flow in flows}
                places |= {
                    f"issues.{i}.fix_flow.step.{step}"
                    for i in ENGLISH.get("issues", {})
                }
                yield f"{path.name}: step {step}", places


@pytest.mark.parametrize(
    "places", [pytest.param(places, id=name) for name, places in named_in_code()]
)
def test_what_the_code_names_has_a_text(places: set[str]) -> None:
    """Without it, Home Assistant shows the key itself."""
    known = [f"{key}." for key, _ in texts(ENGLISH)]
    assert any(key.startswith(f"{place}.") for place in places for key in known)
