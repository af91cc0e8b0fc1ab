"""The archive of nights: one SQLite file per bedside, for the executor only.

A dozen statements on a few tables that hardly anybody joins: Python's own sqlite3 says
them plainly. SQLAlchemy, which core pins, would add a second vocabulary and its own
connection pool, and every error would still have to be read from SQLite's code.

Every method blocks, so it belongs into the executor, where any thread may call it. A
method either does all it says or raises `ArchiveError` and changes nothing: the caller
still holds the night and can try again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
import errno
from math import isnan, nan
from pathlib import Path
import sqlite3
import struct
import threading
import time
from typing import Any, Final

import numpy as np

from . import night_codec
from .const import LOGGER
from .sleep.epoch import Night, NightSummary

CLOCK_TIMES: Final = frozenset(
    {"sleep_onset", "final_awakening", "trying_start", "trying_end"}
)
"""What of a night's summary are moments and no amounts."""

_APPLICATION_ID: Final = 0x48616C6F
"""Written into the file's header, so that no other database is taken for an archive."""

_BUSY_SECONDS: Final = 5.0
"""How long to wait for somebody who has the file open for writing, a backup say."""

_MIGRATIONS: Final = (
    # Version 1. Epochs have a table of their own: lists and trends read the rows of many
    # nights, and those rows then lie close together. AUTOINCREMENT never gives the number
    # of a deleted night to another one.
    """
    PRAGMA application_id = 0x48616C6F;
    CREATE TABLE nights (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        start REAL NOT NULL UNIQUE,
        "end" REAL NOT NULL,
        module TEXT NOT NULL,
        model_version TEXT NOT NULL,
        settled_at REAL,
        time_in_bed REAL,
        total_sleep_time REAL,
        sleep_latency REAL,
        wake_after_sleep_onset REAL,
        efficiency REAL,
        awake REAL,
        light REAL,
        deep REAL,
        rem REAL,
        light_share REAL,
        deep_share REAL,
        rem_share REAL,
        awakenings INTEGER,
        rem_latency REAL,
        respiration_rate REAL,
        coverage REAL,
        sleep_onset REAL,
        final_awakening REAL
    ) STRICT;
    CREATE TABLE epochs (
        night_id INTEGER PRIMARY KEY REFERENCES nights (id) ON DELETE CASCADE,
        data BLOB NOT NULL
    ) STRICT;
    CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        saved_at REAL NOT NULL,
        snapshot BLOB NOT NULL
    ) STRICT;
    """,
    # Version 2. The times of trying to sleep, and a place for what was learned over the
    # nights, which outlives the state of a session.
    """
    ALTER TABLE nights ADD COLUMN time_trying_to_sleep REAL;
    ALTER TABLE nights ADD COLUMN trying_start REAL;
    ALTER TABLE nights ADD COLUMN trying_end REAL;
    CREATE TABLE attempts (
        night_id INTEGER NOT NULL REFERENCES nights (id) ON DELETE CASCADE,
        start REAL NOT NULL,
        "end" REAL NOT NULL,
        PRIMARY KEY (night_id, start)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE learned (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
)

_TABLES: Final = {"nights", "epochs", "state", "attempts", "learned"}

# Which session is the main sleep of its day is never stored, for the next session can
# change it, and no hour of the clock has a say. Where less than fourteen hours before or
# after a session there is one with more sleep, it is a nap if less than three hours of it
# were slept; or if it has less than six tenths of the other's sleep and the sleeper was
# seldomer asleep at its time of day in the month before than at the other's. People are
# awake for about sixteen hours between two nights, so a night of two hours stays a night.
# (62 hours: those fourteen and the longest session there is.)
_SESSIONS: Final = """
    CREATE TEMPORARY VIEW sessions AS
    WITH slept AS (
        SELECT
            *,
            coalesce(total_sleep_time, ("end" - start) / 60) AS minutes,
            CAST((start + "end") / 2 AS INTEGER) AS middle
        FROM nights
    )
    SELECT slept.*, NOT EXISTS (
        SELECT 1 FROM slept AS other
        WHERE other.start BETWEEN slept.start - 62 * 3600 AND slept."end" + 14 * 3600
        AND other."end" > slept.start - 14 * 3600
        AND other.minutes > slept.minutes
        AND (
            slept.minutes < 180
            OR slept.minutes < 0.6 * other.minutes AND (
                -- Within three hours of each other on the clock, past midnight too.
                SELECT
                    total(abs(habit.middle - slept.middle) % 86400
                        NOT BETWEEN 10800 AND 75600)
                    < total(abs(habit.middle - other.middle) % 86400
                        NOT BETWEEN 10800 AND 75600)
                FROM slept AS habit
                WHERE habit.id NOT IN (slept.id, other.id)
                AND habit.start BETWEEN slept.start - 30 * 86400 AND slept.start
            )
        )
    ) AS main
    FROM slept
"""

_SUMMARY: Final = tuple(field.name for field in fields(NightSummary))
_WRITTEN: Final = ("start", "end", "module", "model_version", "settled_at", *_SUMMARY)

# Every name in it is one of ours. "end" is a word of SQL, hence the quotes.
_ADD_NIGHT: Final = f"""
    INSERT INTO nights ({", ".join(f'"{name}"' for name in _WRITTEN)})
    VALUES ({", ".join(f":{name}" for name in _WRITTEN)})
    ON CONFLICT (start) DO UPDATE
    SET {", ".join(f'"{name}" = excluded."{name}"' for name in _WRITTEN[1:])}
    RETURNING id
"""  # noqa: S608

# What SQLite and the system say, in words for a person; the rest keeps SQLite's.
_REASONS: Final = {
    sqlite3.SQLITE_FULL: ("full", "The disk is full"),
    sqlite3.SQLITE_READONLY: ("read_only", "The file cannot be written"),
    sqlite3.SQLITE_PERM: ("read_only", "The file cannot be written"),
    sqlite3.SQLITE_BUSY: ("locked", "Another program keeps the file locked"),
    sqlite3.SQLITE_LOCKED: ("locked", "Another program keeps the file locked"),
    sqlite3.SQLITE_CANTOPEN: ("cannot_open", "The file cannot be opened"),
    sqlite3.SQLITE_IOERR: ("input_output", "The disk does not read or write"),
}
_SYSTEM_REASONS: Final = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EIO: sqlite3.SQLITE_IOERR,
}


class ArchiveError(Exception):
    """The archive could not do what it was asked, and has changed nothing."""

    def __init__(self, reason: str, message: str) -> None:
        """Say why, with one word for programs and a sentence for people."""
        super().__init__(message)
        self.reason = reason


class ArchiveTooNewError(ArchiveError):
    """A newer version of the integration has written this file; it is left as it is."""


class _DamageError(Exception):
    """The file is no archive, or no longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRecord:
    """What a list shows of a stored night."""

    id: int
    start: float
    end: float
    module: str
    model_version: str
    settled_at: float | None
    main: bool
    """Whether it is the main sleep of its day, not a nap."""

    summary: NightSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNight:
    """A stored night with its epochs."""

    record: NightRecord
    night: Night


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual for this person."""

    nights: int
    """How many nights this is drawn from."""

    ranges: dict[str, tuple[float, float, float]]
    """The 10th, 50th and 90th percentile of every number of the summary."""


class NightArchive:
    """The nights of one bedside, and the engine's state between two of them."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is touched before `open`."""
        self.path = path
        self.set_aside: Path | None = None
        """Where the damaged file was moved to, if that had to be done."""

        self._connection: sqlite3.Connection | None = None
        # SQLite would serialise the threads itself, but not our transactions.
        self._lock = threading.Lock()

    def open(self) -> None:
        """Open the file, make it if there is none, and bring it up to date.

        Raises:
            ArchiveTooNewError: A newer version of the integration has written it.
            ArchiveError: It cannot be opened now.
        """
        with self._lock:
            if self._connection is None:
                self._recover_from_damage(self._connect)

    def close(self) -> None:
        """Close the file. The archive can be opened again."""
        with self._lock:
            self._disconnect()

    def add_night(self, night: Night, *, settled_at: float | None = None) -> int:
        """Store a night and return its number.

        The same night, known by its start, may be stored again: it keeps its number and
        the newer version counts.
        """
        if settled_at is None and night.settled_stages is not None:
            settled_at = time.time()
        row: dict[str, Any] = {
            "start": _milliseconds(night.start),
            "end": _milliseconds(night.end),
            "module": night.module,
            "model_version": night.model_version,
            "settled_at": settled_at,
        }
        for name in _SUMMARY:
            value = getattr(night.summary, name)
            row[name] = None if value is None or isnan(value) else float(value)
        epochs = night_codec.encode(
            night.epochs, night.settled_stages, night.settled_probabilities
        )
        attempts = [
            (_milliseconds(start), _milliseconds(end)) for start, end in night.attempts
        ]

        def add(connection: sqlite3.Connection) -> int:
            night_id: int = connection.execute(_ADD_NIGHT, row).fetchone()["id"]
            connection.execute(
                "INSERT OR REPLACE INTO epochs (night_id, data) VALUES (?, ?)",
                (night_id, epochs),
            )
            connection.execute("DELETE FROM attempts WHERE night_id = ?", (night_id,))
            connection.executemany(
                'INSERT OR REPLACE INTO attempts (night_id, start, "end")'
                " VALUES (?, ?, ?)",
                [(night_id, *attempt) for attempt in attempts],
            )
            return night_id

        return self._run(add)

    def delete_night(self, night_id: int) -> bool:
        """Remove a night for good; return whether there was one."""

        def delete(connection: sqlite3.Connection) -> bool:
            return bool(
                connection.execute(
                    "DELETE FROM nights WHERE id = ?", (night_id,)
                ).rowcount
            )

        deleted = self._run(delete)
        # The night's pages were zeroed, but the log may still hold the old ones. It is
        # emptied at the latest when the file is closed, should it not be possible now.
        with suppress(ArchiveError):
            self._run(_checkpoint, transaction=False)
        return deleted

    def list_nights(
        self, *, before: float | None = None, limit: int = 30, main_only: bool = False
    ) -> list[NightRecord]:
        """Return the newest nights that began before a time, the newest first."""
        rows = self._fetch(
            """
            SELECT * FROM sessions
            WHERE (:before IS NULL OR start < :before) AND (main OR NOT :main_only)
            ORDER BY start DESC LIMIT :limit
            """,
            {"before": before, "limit": limit, "main_only": main_only},
        )
        return [_record(row) for row in rows]

    def get_night(self, night_id: int) -> StoredNight | None:
        """Return a night with its epochs, None if there is no such night.

        Raises:
            ArchiveError: The epochs of this night cannot be read; others may be fine.
        """

        def read(
            connection: sqlite3.Connection,
        ) -> tuple[sqlite3.Row | None, list[sqlite3.Row]]:
            night = connection.execute(
                """
                SELECT sessions.*, epochs.data FROM sessions
                JOIN epochs ON epochs.night_id = sessions.id WHERE sessions.id = ?
                """,
                (night_id,),
            ).fetchone()
            attempts = connection.execute(
                'SELECT start, "end" FROM attempts WHERE night_id = ? ORDER BY start',
                (night_id,),
            ).fetchall()
            return night, attempts

        # Both at once, so that they belong to the same version of the night.
        row, attempts = self._run(read, transaction=False)
        if row is None:
            return None
        record = _record(row)
        try:
            epochs, stages, probabilities = night_codec.decode(row["data"])
        except ValueError as err:
            raise ArchiveError("unreadable", f"{err} (night {night_id})") from err
        night = Night(
            start=record.start,
            end=record.end,
            epochs=epochs,
            settled_stages=stages,
            settled_probabilities=probabilities,
            summary=record.summary,
            model_version=record.model_version,
            module=record.module,
            attempts=tuple((attempt["start"], attempt["end"]) for attempt in attempts),
        )
        return StoredNight(record=record, night=night)

    def latest_id(self) -> int | None:
        """Return the newest main night, None as long as there is none."""
        return _first(
            self._fetch(
                "SELECT id FROM sessions WHERE main ORDER BY start DESC LIMIT 1"
            )
        )

    def neighbours(self, night_id: int) -> tuple[int | None, int | None]:
        """Return the main nights before and after a session."""
        before = self._fetch(
            """
            SELECT id FROM sessions WHERE main
            AND start < (SELECT start FROM nights WHERE id = ?)
            ORDER BY start DESC LIMIT 1
            """,
            (night_id,),
        )
        after = self._fetch(
            """
            SELECT id FROM sessions WHERE main
            AND start > (SELECT start FROM nights WHERE id = ?)
            ORDER BY start LIMIT 1
            """,
            (night_id,),
        )
        return _first(before), _first(after)

    def usual(self, before: float, count: int = 30) -> Usual:
        """Return what the last main nights before a time were like."""
        nights = self.list_nights(before=before, limit=count, main_only=True)
        ranges = {}
        for name in _SUMMARY:
            if name in CLOCK_TIMES:
                continue
            values = np.array([getattr(night.summary, name) for night in nights])
            if (known := values[~np.isnan(values)]).size:
                low, middle, high = np.percentile(known, (10, 50, 90)).tolist()
                ranges[name] = (low, middle, high)
        return Usual(nights=len(nights), ranges=ranges)

    def save_state(self, snapshot: bytes) -> None:
        """Keep the engine's state for the next start."""
        self._run(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO state (id, saved_at, snapshot) VALUES (1, ?, ?)",
                (time.time(), snapshot),
            )
        )

    def load_state(self) -> bytes | None:
        """Return the engine's state as it was last saved."""
        rows = self._fetch("SELECT snapshot FROM state")
        return rows[0]["snapshot"] if rows else None

    def clear_state(self) -> None:
        """Forget the engine's state."""
        self._run(lambda connection: connection.execute("DELETE FROM state"))

    def save_learned(self, key: str, value: str) -> None:
        """Keep something that was learned over the nights."""
        self._run(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO learned (key, value) VALUES (?, ?)",
                (key, value),
            )
        )

    def load_learned(self, key: str) -> str | None:
        """Return what was learned over the nights, None where nothing was."""
        rows = self._fetch("SELECT value FROM learned WHERE key = ?", (key,))
        return rows[0]["value"] if rows else None

    def _fetch(
        self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] = ()
    ) -> list[sqlite3.Row]:
        return self._run(
            lambda connection: connection.execute(statement, parameters).fetchall(),
            transaction=False,
        )

    def _run[T](
        self, work: Callable[[sqlite3.Connection], T], *, transaction: bool = True
    ) -> T:
        """Do some work, all of it or nothing; in a new file if this one turns out broken."""

        def attempt() -> T:
            if (connection := self._connection) is None:
                raise ArchiveError("closed", "The archive is not open")
            if not transaction:
                return work(connection)
            with _transaction(connection):
                return work(connection)

        with self._lock:
            return self._recover_from_damage(attempt)

    def _recover_from_damage[T](self, work: Callable[[], T]) -> T:
        """Set a damaged file aside, begin a new one and do the work there."""
        try:
            with _errors_translated():
                return work()
        except _DamageError as err:
            damage = str(err)
        try:
            with _errors_translated():
                self._set_aside(damage)
                self._connect()
                return work()
        except _DamageError as err:
            raise ArchiveError(
                "damaged", f"The new file is damaged too: {err}"
            ) from err

    def _connect(self) -> None:
        """Open the file, check it and bring it up to date."""
        if self._connection is not None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._check_header()
        # Nobody else on this machine needs to read how somebody sleeps.
        if not self.path.exists():
            self.path.touch(mode=0o600)
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, autocommit=True, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            # Whatever is wrong, the file stays as it was found.
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
            connection.close()
            raise
        self._connection = connection

    def _check_header(self) -> None:
        """Look at the bytes of the header, for even opening a file may write into it."""
        try:
            with self.path.open("rb") as file:
                header = file.read(100)
        except FileNotFoundError:
            return
        if not header:
            return
        if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
            raise _DamageError("file is not a database")
        version, application = struct.unpack(">60xi4xi28x", header)
        if application == _APPLICATION_ID and version > len(_MIGRATIONS):
            raise _too_new(version)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != _APPLICATION_ID:
            raise _DamageError("file is no archive of nights")
        if version > len(_MIGRATIONS):
            raise _too_new(version)
        if (
            verdict := connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        ) != "ok":
            raise _DamageError(verdict)

        # A reader never waits for the writer. Where the file system cannot do it, SQLite
        # keeps its older journal, which is as safe.
        connection.execute("PRAGMA journal_mode = WAL")
        # "A restart loses at most the epoch being gathered" shall hold for a pulled plug
        # too. NORMAL outlives a killed process, but after a power cut the file is as it
        # was at the last checkpoint: minutes earlier, and a whole night may have settled
        # since. FULL costs one flush per epoch, two a minute; the recorder commits every
        # five seconds.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # A deleted night is gone from the disk, not just from the index.
        connection.execute("PRAGMA secure_delete = ON")

        for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
            with _transaction(connection):
                connection.executescript(f"{migration} PRAGMA user_version = {number};")
        if version < len(_MIGRATIONS):
            # `_check_header` of an older release finds the version in the file itself.
            _checkpoint(connection)
        rows = connection.execute("SELECT name FROM sqlite_schema").fetchall()
        if missing := _TABLES - {row["name"] for row in rows}:
            raise _DamageError(f"tables are missing: {', '.join(sorted(missing))}")
        connection.execute(_SESSIONS)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_aside(self, damage: str) -> None:
        """Rename the file and what belongs to it; nothing is deleted or overwritten."""
        if self._connection is not None:
            # Closing would move the log's pages into the damaged file.
            self._connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        self._disconnect()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        target = self.path.with_name(f"{self.path.stem}.damaged-{stamp}.db")
        # The file itself comes last: if this is interrupted, it is found damaged again.
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{target}{suffix}")
        self.set_aside = target
        LOGGER.error(
            "The archive of nights %s is damaged (%s); it was set aside as %s and a new"
            " one begun",
            self.path,
            damage,
            target.name,
        )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors, a full disk for one, SQLite has already rolled back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _errors_translated() -> Iterator[None]:
    """Tell damage, which is set aside, from trouble, which may pass."""
    try:
        yield
    except sqlite3.Error as err:
        # The lower byte is the kind of error, the rest its finer points.
        code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _DamageError(str(err)) from err
        raise ArchiveError(*_REASONS.get(code, ("failed", str(err)))) from err
    except OSError as err:
        code = _SYSTEM_REASONS.get(err.errno or 0, sqlite3.SQLITE_CANTOPEN)
        raise ArchiveError(*_REASONS[code]) from err


def _too_new(version: int) -> ArchiveTooNewError:
    return ArchiveTooNewError(
        "too_new", f"The archive has version {version}, we know {len(_MIGRATIONS)}"
    )


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Move everything from the write-ahead log into the file and empty the log."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _milliseconds(seconds: float) -> float:
    """Round a time to what ISO 8601 text can hold, so that it comes back the same."""
    return round(float(seconds), 3)


def _first(rows: list[sqlite3.Row]) -> int | None:
    return rows[0]["id"] if rows else None


def _record(row: sqlite3.Row) -> NightRecord:
    summary: dict[str, Any] = {
        name: nan if (value := row[name]) is None and name not in CLOCK_TIMES else value
        for name in _SUMMARY
    }
    return NightRecord(
        id=row["id"],
        start=row["start"],
        end=row["end"],
        module=row["module"],
        model_version=row["model_version"],
        settled_at=row["settled_at"],
        main=bool(row["main"]),
        summary=NightSummary(**summary),
    )
