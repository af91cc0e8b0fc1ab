"""The `halo-rise` command."""

from pathlib import Path
import subprocess
import sys
from types import ModuleType

import pytest
import typer

from models import cli
from models.errors import UserError


@pytest.fixture
def mistaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a command in which its user is always mistaken."""

    def mistake(path: Path) -> None:
        """Make a mistake."""
        raise UserError(f"{path}: is wrong; do it right")

    module = ModuleType("models.mistake")
    module.mistake = mistake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "models.mistake", module)
    monkeypatch.setitem(
        cli.COMMANDS, "mistake", cli.Command("mistake", "mistake", "Err.")
    )


@pytest.mark.usefixtures("mistaken")
def test_mistake_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback; the line names the file and what to do."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["mistake", "night.npz"])

    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "halo-rise: night.npz: is wrong; do it right\n"


def test_unknown_command_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said to be unknown."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["sleep"])
    assert ended.value.code == 2
    assert "sleep" in capsys.readouterr().err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """With one line on each."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    for name, command in cli.COMMANDS.items():
        assert name in out
        assert command.summary[:30] in out


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [(["--help"], "numpy"), (["replay", "absent.npz"], "homeassistant")],
)
def test_start_is_fast(arguments: list[str], spared: str) -> None:
    """Nobody waits for numpy to read a list, nor for Home Assistant to work without it."""
    code = (
        "import sys\nfrom models.cli import main\n"
        f"try: main({arguments!r})\n"
        f"except SystemExit: print({spared!r} in sys.modules, file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(cli.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stderr.splitlines()[-1] == "False"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_command_is_there(name: str) -> None:
    """Each is a function that the command line can understand."""
    app = cli._application(name)
    command = next(each for each in app.registered_commands if each.name == name)
    assert command.callback is not cli._not_loaded
    typer.main.get_command(app)


def test_command_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments reach the function, and its report comes back."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["synthesise", str(tmp_path), "--hours", "0.2", "--seed", "3"])
    assert ended.value.code in (0, None)
    assert (tmp_path / "synthesised_healthy_0003.npz").exists()
    assert "synthesised_healthy_0003.npz" in capsys.readouterr().out


def test_wrong_file_of_a_command_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library's error ends where every user's mistake ends."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["fit-transitions", str(tmp_path / "absent.npz"), "--out", "x.npz"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(
        f"halo-rise: {tmp_path / 'absent.npz'}: no such file"
    )
