"""The `halo-rise` command.

Every command is a function in a module of its own, imported only when it is called for:
the help text must not wait for scipy. The line in `COMMANDS` is what `halo-rise --help`
shows; the function's own signature and docstring make `halo-rise COMMAND --help`.
"""

from importlib import import_module
import os
from pathlib import Path
import sys
from types import ModuleType
from typing import NamedTuple

import typer

from .errors import UserError


class Command(NamedTuple):
    """Where a command is implemented."""

    module: str
    function: str
    summary: str
    one_thread: bool = False
    """Linear algebra must keep to the core it is called on."""


COMMANDS = {
    "bench": Command(
        "bench",
        "bench",
        "Measure how fast the engine is on one core, and what it holds.",
        one_thread=True,
    ),
    "bench-loop": Command(
        "bench",
        "bench_loop",
        "Measure how long the event loop is blocked while a night streams.",
    ),
    "convert": Command(
        "convert.command",
        "convert",
        "Turn sleep laboratories' recordings into ours.",
    ),
    "develop": Command(
        "house.develop",
        "develop",
        "Open a house to try it in (scripts/develop).",
    ),
    "simulate": Command(
        "simulate", "simulate", "Serve a radar's byte stream on a TCP port."
    ),
    "replay": Command(
        "replay", "replay", "Score a recording with the engine users run."
    ),
    "plot": Command(
        "plot", "plot", "Draw a night with all that the engine says of it."
    ),
    "scenarios": Command(
        "scenarios",
        "scenarios",
        "Measure the engine in simulated bedrooms.",
        one_thread=True,
    ),
    "synthesise": Command(
        "synthesis", "synthesise", "Write invented nights with their truth."
    ),
    "fit-intent": Command(
        "fit_intent",
        "fit_intent",
        "Fit the network of sleep intent to simulated nights.",
        one_thread=True,
    ),
    "fit-transitions": Command(
        "fit_transitions",
        "fit_transitions",
        "Fit the chain of sleep stages to hypnograms.",
    ),
}


class Group(NamedTuple):
    """Commands that share their first word."""

    summary: str
    commands: dict[str, Command]


GROUPS = {
    "evaluate": Group(
        "Hold a sleep tracker against what is known to be true.",
        {
            "agreement": Command(
                "evaluate.agreement",
                "agreement",
                "Compare a sleep tracker with a reference, epoch by epoch.",
            ),
            "staging": Command(
                "evaluate.staging",
                "staging",
                "Hold our stages against polysomnography, floors and baselines.",
                one_thread=True,
            ),
        },
    ),
}

USER_ERROR_EXIT_CODE = 2
"""The same as for a wrong option: the user can repair it."""


INTEGRATION = "custom_components.halo_rise"


def _spare_home_assistant() -> None:
    """Let the integration's pure packages be imported without Home Assistant.

    They need none of it, but the package they lie in imports all of it, which takes
    seconds at every start. This process is the workshop's own and never runs Home
    Assistant, so it puts an empty package in that one's place.
    """
    if INTEGRATION not in sys.modules:
        package = ModuleType(INTEGRATION)
        package.__path__ = [
            str(Path(__file__).parents[1] / INTEGRATION.replace(".", "/"))
        ]
        sys.modules[INTEGRATION] = package


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def _keep_to_one_thread() -> None:
    """Ask for one thread of linear algebra, before numpy is imported and reads it."""
    for name in THREADS:
        os.environ[name] = "1"


def begin_worker() -> None:
    """Make a new process fit for work as this one is."""
    _keep_to_one_thread()
    _spare_home_assistant()


def _not_loaded() -> None:
    """Stand in for the commands that this call does not concern."""


def _register(
    app: typer.Typer, commands: dict[str, Command], wanted: str | None
) -> None:
    for name, command in commands.items():
        if name == wanted:
            module = import_module(f"{__package__}.{command.module}")
            app.command(name)(getattr(module, command.function))
        else:
            app.command(name, help=command.summary)(_not_loaded)


def _application(wanted: str | None, within: str | None = None) -> typer.Typer:
    """Build the command line with the code of the one command that is wanted.

    Args:
        wanted: Its first word.
        within: Its second word, where the first is a group.
    """
    app = typer.Typer(
        add_completion=False,
        help="The workshop of Halo Rise: simulate, replay, synthesise, fit, evaluate.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    _register(app, COMMANDS, wanted)
    for name, group in GROUPS.items():
        inner = typer.Typer(
            help=group.summary, no_args_is_help=True, rich_markup_mode=None
        )
        _register(inner, group.commands, within if name == wanted else None)
        app.add_typer(inner, name=name)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a user's mistake is one line and exit code 2."""
    if arguments is None:
        arguments = sys.argv[1:]
    wanted, within = [*arguments[:2], None, None][:2]
    commands, name = COMMANDS, wanted
    if wanted in GROUPS:
        commands, name = GROUPS[wanted].commands, within
    _spare_home_assistant()
    if name in commands and commands[name].one_thread:
        _keep_to_one_thread()
    try:
        _application(wanted, within)(arguments, prog_name="halo-rise")
    except UserError as error:
        print(f"halo-rise: {error}", file=sys.stderr)
        sys.exit(USER_ERROR_EXIT_CODE)
