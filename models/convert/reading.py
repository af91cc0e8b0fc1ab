"""What readers of other people's files share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import warnings

from models.errors import UserError


class NoStagesError(UserError):
    """A sound file that is no scoring, though its name looks like one."""


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a library makes of a damaged file into one line that names it.

    Raises:
        UserError: The file cannot be read, or is not `what`.
    """
    try:
        with warnings.catch_warnings():
            # Libraries warn of what they repair. What matters is checked on its own.
            warnings.simplefilter("ignore")
            yield
    except UserError:
        raise
    except FileNotFoundError as error:
        raise UserError(f"{error.filename or path}: no such file") from None
    except IsADirectoryError:
        raise UserError(f"{path}: a folder; give {what}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{path}: cannot be read ({reason})") from None
    except Exception as error:  # noqa: BLE001  # What comes depends on which byte is wrong.
        raise UserError(
            f"{path}: is damaged or no {what} ({type(error).__name__}); get it anew"
        ) from None
