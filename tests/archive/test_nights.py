"""Tests of the archive of nights."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from math import isnan, nan
import os
from pathlib import Path
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from unittest.mock import patch

import pytest

from custom_components.halo_rise import nights
from custom_components.halo_rise.nights import (
    ArchiveError,
    ArchiveTooNewError,
    NightArchive,
)
from custom_components.halo_rise.sleep.epoch import Night, NightSummary
from tests.archive import writer
from tests.nights import DAY, EVENING, make_night


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the archive is, in a folder that is not there yet."""
    return tmp_path / "halo_rise" / "bedside.db"


@pytest.fixture
def archive(path: Path) -> Iterator[NightArchive]:
    """Return an open archive."""
    archive = NightArchive(path)
    archive.open()
    yield archive
    archive.close()


def same_summary(left: NightSummary, right: NightSummary) -> bool:
    """Tell whether two summaries are equal, nan being equal to nan."""
    return all(
        (one := getattr(left, field.name)) == (other := getattr(right, field.name))
        or (isnan(one) and isnan(other))
        for field in fields(NightSummary)
    )


def statement(path: Path, sql: str) -> None:
    """Do something to the file that the archive itself would not."""
    connection = sqlite3.connect(path, autocommit=True)
    connection.execute(sql)
    connection.close()


def files(path: Path) -> dict[str, bytes]:
    """Return everything that lies in the archive's folder."""
    return {item.name: item.read_bytes() for item in path.parent.iterdir()}


class TestNights:
    """Nights are stored and come back."""

    def test_a_night_comes_back(self, archive: NightArchive) -> None:
        """What was stored comes back after the file was closed and opened."""
        night = make_night(
            EVENING + 0.12345, rem_latency=nan, sleep_onset=None, awakenings=0
        )
        night_id = archive.add_night(night, settled_at=night.end + 60)
        archive.close()
        archive.open()
        stored = archive.get_night(night_id)

        assert stored is not None
        assert stored.record.settled_at == night.end + 60
        assert stored.record.main
        assert stored.night.start == pytest.approx(night.start, abs=0.001)
        assert stored.night.end == pytest.approx(night.end, abs=0.001)
        assert stored.night.model_version == night.model_version
        assert stored.night.module == night.module
        assert same_summary(stored.night.summary, night.summary)
        assert isinstance(stored.night.summary.awakenings, int)
        assert stored.night.settled_stages == night.settled_stages
        assert [epoch.stage for epoch in stored.night.epochs] == [
            epoch.stage for epoch in night.epochs
        ]
        assert len(night.attempts) == 2
        assert stored.night.attempts == tuple(
            (round(start, 3), round(end, 3)) for start, end in night.attempts
        )

    @pytest.mark.parametrize(
        "night",
        [
            make_night(hours=0),
            make_night(hours=26),
            replace(
                make_night(), epochs=(), settled_stages=(), settled_probabilities=()
            ),
            make_night(settled=False),
        ],
        ids=["empty", "26 hours", "without epochs", "not settled"],
    )
    def test_unusual_nights(self, archive: NightArchive, night: Night) -> None:
        """Nothing about a night makes it impossible to store."""
        stored = archive.get_night(archive.add_night(night))
        assert stored is not None
        assert len(stored.night.epochs) == len(night.epochs)
        assert stored.night.settled_stages == night.settled_stages
        assert (stored.record.settled_at is None) is (night.settled_stages is None)

    def test_a_night_that_is_stored_again_keeps_its_number(
        self, archive: NightArchive
    ) -> None:
        """The start identifies a night; the newer version counts."""
        night = make_night()
        night_id = archive.add_night(night)
        archive.add_night(make_night(EVENING + DAY))
        longer = make_night(hours=9, awakenings=12)
        assert archive.add_night(longer) == night_id
        assert len(archive.list_nights()) == 2
        stored = archive.get_night(night_id)
        assert stored is not None
        assert stored.night.end == longer.end
        assert stored.night.summary.awakenings == 12
        assert len(stored.night.epochs) == len(longer.epochs)
        assert stored.night.attempts == longer.attempts

    def test_attempts_that_begin_together(self, archive: NightArchive) -> None:
        """Even what makes no sense does not keep a night from being stored."""
        attempts = ((EVENING, EVENING), (EVENING + 0.0001, EVENING + 60))
        night_id = archive.add_night(replace(make_night(), attempts=attempts))
        stored = archive.get_night(night_id)
        assert stored is not None
        assert stored.night.attempts == ((EVENING, EVENING + 60),)

    def test_pages_of_the_list_neither_overlap_nor_leave_gaps(
        self, archive: NightArchive
    ) -> None:
        """Paging by the start of the last night gives every night once."""
        ids = [
            archive.add_night(make_night(EVENING + number * DAY + 0.0001, hours=0.1))
            for number in range(10)
        ]
        found: list[int] = []
        before = None
        while page := archive.list_nights(before=before, limit=3):
            found += [record.id for record in page]
            before = page[-1].start
        assert found == ids[::-1]

    def test_an_unknown_night(self, archive: NightArchive) -> None:
        """A number that was never given, or no longer is, gives None."""
        assert archive.get_night(7) is None
        assert archive.latest_id() is None
        assert archive.neighbours(7) == (None, None)
        assert not archive.delete_night(7)

    def test_a_deleted_night_is_gone(self, archive: NightArchive, path: Path) -> None:
        """Not even its bytes are left, and its number is not given again."""
        model_version = "a string to look for"
        night = replace(make_night(), model_version=model_version)
        night_id = archive.add_night(night)
        assert archive.delete_night(night_id)
        assert archive.get_night(night_id) is None
        assert all(model_version.encode() not in data for data in files(path).values())
        assert archive._fetch("SELECT * FROM attempts") == []
        assert archive.add_night(make_night()) > night_id

    def test_one_damaged_night_does_not_hide_the_others(
        self, archive: NightArchive, path: Path
    ) -> None:
        """Epochs that cannot be read are said so; the file stays in place."""
        first = archive.add_night(make_night())
        second = archive.add_night(make_night(EVENING + DAY))
        statement(path, "UPDATE epochs SET data = x'01ff' WHERE night_id = 1")
        with pytest.raises(ArchiveError, match="damaged") as info:
            archive.get_night(first)
        assert info.value.reason == "unreadable"
        assert archive.get_night(second) is not None
        assert len(archive.list_nights()) == 2
        assert archive.set_aside is None

    def test_the_file_is_private(self, archive: NightArchive, path: Path) -> None:
        """Nobody but the owner of the process may read it."""
        archive.add_night(make_night())
        assert {item.stat().st_mode & 0o077 for item in path.parent.iterdir()} == {0}

    def test_many_threads(self, archive: NightArchive) -> None:
        """Any thread may call at any time."""

        def work(number: int) -> int:
            night_id = archive.add_night(make_night(EVENING + number * DAY, hours=0.1))
            archive.save_state(bytes([number]))
            archive.list_nights()
            return night_id

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(work, range(40)))) == 40


class TestMainNights:
    """The main sleep of a day is told from naps without looking at the clock."""

    @pytest.mark.parametrize("bedtime", range(0, 24, 3))
    def test_a_nap_is_no_main_night(self, archive: NightArchive, bedtime: int) -> None:
        """A short sleep near a longer one is a nap, whenever they are."""
        start = EVENING + bedtime * 3600
        night = archive.add_night(make_night(start))
        nap = archive.add_night(make_night(start + 21 * 3600, hours=0.75))
        mains = {record.id: record.main for record in archive.list_nights()}
        assert mains == {night: True, nap: False}
        assert archive.latest_id() == night

    def test_the_night_that_follows_makes_a_nap(self, archive: NightArchive) -> None:
        """The first sleep ever is a main one until a longer one is near."""
        nap = archive.add_night(make_night(EVENING - 8 * 3600, hours=1))
        assert archive.latest_id() == nap
        night = archive.add_night(make_night(EVENING))
        assert archive.latest_id() == night
        assert archive.neighbours(night) == (None, None)

    def test_a_short_night_is_no_nap(self, archive: NightArchive) -> None:
        """Two hours of sleep are a night when the others are a day away."""
        for day, hours in enumerate((8.0, 2.0, 8.0)):
            archive.add_night(make_night(EVENING + day * DAY, hours=hours))
        assert all(record.main for record in archive.list_nights())

    def test_halves_of_a_night_both_count(self, archive: NightArchive) -> None:
        """Three hours of sleep are no nap, even beside a longer half."""
        archive.add_night(make_night(EVENING, hours=4))
        archive.add_night(make_night(EVENING + 5 * 3600, hours=3.5))
        assert all(record.main for record in archive.list_nights())

    def test_sleep_counts_not_time_in_bed(self, archive: NightArchive) -> None:
        """A day in bed does not become the night."""
        sick = archive.add_night(make_night(EVENING - 12 * 3600, hours=11, asleep=50))
        night = archive.add_night(make_night(EVENING, hours=7))
        assert archive.list_nights(main_only=True)[0].id == night
        assert sick not in {r.id for r in archive.list_nights(main_only=True)}

    def test_unknown_sleep_counts_as_time_in_bed(self, archive: NightArchive) -> None:
        """A night without stages is a night."""
        night = archive.add_night(make_night(EVENING, asleep=nan))
        nap = archive.add_night(make_night(EVENING + 12 * 3600, hours=1, asleep=nan))
        assert [r.id for r in archive.list_nights(main_only=True)] == [night]
        assert archive.neighbours(nap) == (night, None)

    @pytest.mark.parametrize("evening", [EVENING, EVENING + 9 * 3600])
    def test_a_long_sleep_at_an_unusual_time_is_a_nap(
        self, archive: NightArchive, evening: float
    ) -> None:
        """Three and a half hours in the afternoon, of somebody who sleeps at night."""
        for day in range(10):
            archive.add_night(make_night(evening + day * 86400, hours=8))
        nap = archive.add_night(make_night(evening + 9 * 86400 + 14 * 3600, hours=3.5))
        archive.add_night(make_night(evening + 10 * 86400, hours=8))
        assert [r.id for r in archive.list_nights() if not r.main] == [nap]

    def test_a_short_sleep_at_the_usual_time_stays_the_night(
        self, archive: NightArchive
    ) -> None:
        """Four hours after a bad night's work, and all of the afternoon after it."""
        for day in range(10):
            archive.add_night(make_night(EVENING + day * 86400, hours=8))
        short = archive.add_night(make_night(EVENING + 10 * 86400, hours=4))
        archive.add_night(make_night(EVENING + 10 * 86400 + 12 * 3600, hours=7))
        assert short in {r.id for r in archive.list_nights(main_only=True)}

    def test_neighbours_leave_out_naps(self, archive: NightArchive) -> None:
        """From night to night, not from night to nap."""
        first = archive.add_night(make_night(EVENING))
        nap = archive.add_night(make_night(EVENING + 15 * 3600, hours=0.5))
        second = archive.add_night(make_night(EVENING + DAY))
        assert archive.neighbours(first) == (None, second)
        assert archive.neighbours(second) == (first, None)
        assert archive.neighbours(nap) == (first, second)


class TestUsual:
    """A night is compared with those before it."""

    def test_only_the_nights_before_count(self, archive: NightArchive) -> None:
        """The last thirty main nights before a time, and neither naps nor later ones."""
        for day in range(41):
            start = EVENING + day * DAY
            archive.add_night(
                make_night(start, hours=8, asleep=300 + day, deep=90 + day)
            )
            archive.add_night(make_night(start + 15 * 3600, hours=0.5, deep=0))
        usual = archive.usual(EVENING + 40 * DAY)
        assert usual.nights == 30
        assert usual.ranges["total_sleep_time"] == pytest.approx((312.9, 324.5, 336.1))
        assert usual.ranges["deep"] == pytest.approx((102.9, 114.5, 126.1))
        assert usual.ranges["awakenings"] == (7, 7, 7)

    def test_unknown_values_are_left_out(self, archive: NightArchive) -> None:
        """A night that lacks a number says nothing about it."""
        archive.add_night(make_night(EVENING, rem_latency=nan, respiration_rate=nan))
        archive.add_night(
            make_night(EVENING + DAY, rem_latency=70, respiration_rate=nan)
        )
        usual = archive.usual(EVENING + 2 * DAY)
        assert usual.nights == 2
        assert usual.ranges["rem_latency"] == (70.0, 70.0, 70.0)
        assert "respiration_rate" not in usual.ranges

    def test_clock_times_have_no_range(self, archive: NightArchive) -> None:
        """The middle of two days in seconds is no bedtime."""
        archive.add_night(make_night())
        assert archive.usual(EVENING + DAY).ranges.keys() == {
            field.name for field in fields(NightSummary)
        } - {"sleep_onset", "final_awakening", "trying_start", "trying_end"}

    def test_there_is_a_first_night(self, archive: NightArchive) -> None:
        """Without earlier nights nothing is usual."""
        usual = archive.usual(EVENING)
        assert (usual.nights, usual.ranges) == (0, {})


class TestState:
    """The engine's state outlives a restart."""

    def test_the_last_state_counts(self, archive: NightArchive) -> None:
        """It is there after closing and until it is cleared."""
        assert archive.load_state() is None
        archive.save_state(b"first")
        archive.save_state(b"\0second")
        archive.close()
        archive.open()
        assert archive.load_state() == b"\0second"
        archive.clear_state()
        assert archive.load_state() is None

    def test_saving_again_does_not_fill_the_disk(
        self, archive: NightArchive, path: Path
    ) -> None:
        """A night of states takes no more room than a few of them."""
        for _ in range(960):
            archive.save_state(random.randbytes(30_000))
        archive.close()
        assert sum(map(len, files(path).values())) < 150_000


class TestLearned:
    """What was learned over the nights outlives them all."""

    def test_the_last_value_counts(self, archive: NightArchive) -> None:
        """It is there after closing, whatever happens to the engine's state."""
        assert archive.load_learned("profile") is None
        archive.save_learned("profile", "first")
        archive.save_learned("profile", "\u4e8c")
        archive.clear_state()
        archive.close()
        archive.open()
        assert archive.load_learned("profile") == "\u4e8c"
        assert archive.load_learned("another") is None


class TestTrouble:
    """Trouble that may pass is told, and costs nothing."""

    def test_before_opening_and_after_closing(self, path: Path) -> None:
        """An archive that is not open says so."""
        archive = NightArchive(path)
        with pytest.raises(ArchiveError) as info:
            archive.list_nights()
        assert info.value.reason == "closed"
        archive.close()
        assert not path.exists()

    def test_opening_twice(self, archive: NightArchive) -> None:
        """The second time nothing happens."""
        archive.add_night(make_night())
        archive.open()
        assert len(archive.list_nights()) == 1

    def test_a_full_disk(self, archive: NightArchive) -> None:
        """What does not fit is refused whole, and fits when there is room again."""
        night_id = archive.add_night(make_night())
        archive.save_state(b"state")
        connection = archive._connection
        assert connection is not None
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

        for attempt in (
            lambda: archive.add_night(make_night(EVENING + DAY)),
            lambda: archive.save_state(b"x" * 100_000),
        ):
            with pytest.raises(ArchiveError, match="disk is full") as info:
                attempt()
            assert info.value.reason == "full"
        assert archive.load_state() == b"state"
        assert [record.id for record in archive.list_nights()] == [night_id]
        assert archive.set_aside is None

        connection.execute(f"PRAGMA max_page_count = {10 * pages}")
        archive.add_night(make_night(EVENING + DAY))
        assert len(archive.list_nights()) == 2

    def test_a_file_that_cannot_be_written(self, archive: NightArchive) -> None:
        """Reading goes on."""
        archive.add_night(make_night())
        connection = archive._connection
        assert connection is not None
        connection.execute("PRAGMA query_only = ON")
        with pytest.raises(ArchiveError) as info:
            archive.save_state(b"state")
        assert info.value.reason == "read_only"
        assert len(archive.list_nights()) == 1

    def test_a_locked_file(self, path: Path) -> None:
        """Somebody else's long transaction is waited for, but not for ever."""
        archive = NightArchive(path)
        with patch.object(nights, "_BUSY_SECONDS", 0.05):
            archive.open()
        other = sqlite3.connect(path, autocommit=True)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="keeps the file locked") as info:
            archive.add_night(make_night())
        assert info.value.reason == "locked"
        assert archive.list_nights() == []
        other.execute("COMMIT")
        other.close()
        archive.add_night(make_night())
        archive.close()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        """A file where the folder should be is an error with a reason."""
        (tmp_path / "halo_rise").touch()
        archive = NightArchive(tmp_path / "halo_rise" / "bedside.db")
        with pytest.raises(ArchiveError) as info:
            archive.open()
        assert info.value.reason == "cannot_open"


class TestDamage:
    """A damaged file is set aside, whole, and a new one begun."""

    @staticmethod
    def damaged(path: Path) -> list[Path]:
        """Return the database files that were set aside."""
        return sorted(path.parent.glob("bedside.damaged-*.db"))

    @pytest.mark.parametrize(
        "content",
        [
            b"not a database at all " * 100,
            b"SQLite format 3\0",
            b"SQLite format 3\0" + b"\xff" * 4096,
            b"\0" * 4096,
        ],
        ids=["text", "cut off", "nonsense", "zeros"],
    )
    def test_no_database(self, path: Path, content: bytes) -> None:
        """Whatever lies there is kept as it is."""
        path.parent.mkdir()
        path.write_bytes(content)
        archive = NightArchive(path)
        archive.open()
        (damaged,) = self.damaged(path)
        assert archive.set_aside == damaged
        assert damaged.read_bytes() == content
        archive.add_night(make_night())
        archive.close()

    @pytest.mark.parametrize(
        "sql",
        ["CREATE TABLE theirs (x)", "DROP TABLE state", "PRAGMA application_id = 1"],
    )
    def test_another_database(self, path: Path, sql: str) -> None:
        """A sound database that is not ours, or has lost a table, is no archive."""
        archive = NightArchive(path)
        if sql.startswith("CREATE"):
            path.parent.mkdir()
        else:
            archive.open()
            archive.close()
        statement(path, sql)
        archive.open()
        assert archive.set_aside is not None
        assert archive.list_nights() == []
        archive.close()

    def test_a_page_is_overwritten(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Damage in the middle is found when the file is opened."""
        archive = NightArchive(path)
        archive.open()
        for day in range(20):
            archive.add_night(make_night(EVENING + day * DAY, hours=2))
        archive.close()
        content = bytearray(path.read_bytes())
        content[4 * 4096 : 10 * 4096] = b"\xa5" * 6 * 4096
        path.write_bytes(content)

        archive.open()
        (damaged,) = self.damaged(path)
        assert damaged.read_bytes() == content
        assert "is damaged" in caplog.text
        assert archive.list_nights() == []
        archive.close()

    @staticmethod
    def damage_while_open(archive: NightArchive) -> None:
        """Overwrite all pages but the first under the open archive."""
        archive.close()
        archive.open()
        content = archive.path.read_bytes()
        with archive.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (len(content) - 4096))
        connection = archive._connection
        assert connection is not None
        connection.execute("PRAGMA shrink_memory")

    def test_damage_shows_while_writing(
        self, archive: NightArchive, path: Path
    ) -> None:
        """The night that was to be stored is stored, in the new file."""
        for day in range(20):
            archive.add_night(make_night(EVENING + day * DAY, hours=2))
        self.damage_while_open(archive)
        night_id = archive.add_night(make_night(EVENING + 20 * DAY))
        assert [archive.set_aside] == self.damaged(path)
        assert archive.get_night(night_id) is not None
        assert len(archive.list_nights()) == 1
        archive.close()
        archive.open()
        assert len(archive.list_nights()) == 1

    def test_damage_shows_while_reading(
        self, archive: NightArchive, path: Path
    ) -> None:
        """Reading goes on in the new, empty file."""
        archive.add_night(make_night())
        self.damage_while_open(archive)
        assert archive.list_nights() == []
        assert len(self.damaged(path)) == 1

    def test_the_log_goes_with_the_file(self, path: Path) -> None:
        """What was not yet moved from the log into the file stays beside it."""
        archive = NightArchive(path)
        archive.open()
        archive.add_night(make_night())
        # As a killed process leaves them.
        content, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
        archive.close()
        broken = b"\xa5" * 4096 + content[4096:]
        path.write_bytes(broken)
        Path(f"{path}-wal").write_bytes(log)

        archive.open()
        (damaged,) = self.damaged(path)
        assert damaged.read_bytes() == broken
        assert Path(f"{damaged}-wal").read_bytes() == log
        archive.close()

    def test_every_damaged_file_is_kept(self, path: Path) -> None:
        """A second damage does not overwrite the first."""
        path.parent.mkdir()
        archive = NightArchive(path)
        for content in (b"first", b"second"):
            path.write_bytes(content)
            archive.open()
            archive.close()
        assert {file.read_bytes() for file in self.damaged(path)} == {
            b"first",
            b"second",
        }

    def test_an_empty_file(self, path: Path) -> None:
        """A process that died before the first write has left nothing to set aside."""
        path.parent.mkdir()
        path.touch()
        archive = NightArchive(path)
        archive.open()
        assert archive.set_aside is None
        archive.close()

    def test_a_disk_that_damages_everything(self, path: Path) -> None:
        """When the new file is no better, that is said, and not tried for ever."""
        archive = NightArchive(path)
        with (
            patch.object(
                NightArchive, "_prepare", side_effect=nights._DamageError("malformed")
            ),
            pytest.raises(ArchiveError, match="damaged too: malformed") as info,
        ):
            archive.open()
        assert info.value.reason == "damaged"
        assert len(self.damaged(path)) == 1

    def test_a_file_that_cannot_be_set_aside(self, path: Path) -> None:
        """Then nothing is opened and nothing is overwritten."""
        path.parent.mkdir()
        path.write_bytes(b"precious")
        archive = NightArchive(path)
        with (
            patch.object(Path, "rename", side_effect=PermissionError(13, "no")),
            pytest.raises(ArchiveError) as info,
        ):
            archive.open()
        assert info.value.reason == "read_only"
        assert files(path) == {"bedside.db": b"precious"}


class TestVersions:
    """The file says its version."""

    def test_version_1(self, path: Path) -> None:
        """The file of 0.1.0 is read; what it did not know is unknown."""
        path.parent.mkdir()
        shutil.copy(Path(__file__).with_name("version_1.db"), path)
        archive = NightArchive(path)
        archive.open()
        assert archive.set_aside is None
        second, first = archive.list_nights()
        assert (first.start, second.start) == (EVENING, EVENING + DAY)
        assert second.summary.sleep_onset is None
        assert isnan(second.summary.rem_latency)

        stored = archive.get_night(first.id)
        assert stored is not None
        expected = make_night(hours=1)
        assert stored.night.settled_stages == expected.settled_stages
        assert stored.night.epochs[-1].start == expected.epochs[-1].start
        assert same_summary(
            stored.night.summary,
            replace(
                expected.summary,
                time_trying_to_sleep=nan,
                trying_start=None,
                trying_end=None,
            ),
        )
        assert stored.night.attempts == ()
        assert "time_trying_to_sleep" not in archive.usual(EVENING + 2 * DAY).ranges
        assert archive.load_state() == b"the engine's state"
        assert archive.load_learned("profile") is None

        # From here on it is like any other.
        archive.save_learned("profile", "{}")
        night_id = archive.add_night(make_night(EVENING + 2 * DAY))
        archive.close()
        archive.open()
        newest = archive.get_night(night_id)
        assert newest is not None
        assert newest.night.attempts == make_night(EVENING + 2 * DAY).attempts
        assert newest.night.summary.time_trying_to_sleep == 465.0
        assert archive.load_learned("profile") == "{}"
        assert len(archive.list_nights()) == 3
        archive.close()

    def test_a_newer_file_is_left_alone(
        self, archive: NightArchive, path: Path
    ) -> None:
        """Not one byte in the folder changes."""
        archive.add_night(make_night())
        archive.close()
        statement(path, "PRAGMA user_version = 99")
        before = files(path)
        with pytest.raises(ArchiveTooNewError, match="99"):
            archive.open()
        assert files(path) == before

    def test_a_newer_version_in_the_log(
        self, archive: NightArchive, path: Path
    ) -> None:
        """The same when the newer version was killed before it could tidy up."""
        other = sqlite3.connect(path, autocommit=True)
        other.execute("PRAGMA user_version = 99")
        before = files(path)
        copy = path.parent.parent / "copy" / path.name
        copy.parent.mkdir()
        for name in ("bedside.db", "bedside.db-wal"):
            (copy.parent / name).write_bytes(before[name])
        other.close()
        with pytest.raises(ArchiveTooNewError):
            NightArchive(copy).open()
        after = files(copy)
        assert after["bedside.db"] == before["bedside.db"]
        assert after["bedside.db-wal"] == before["bedside.db-wal"]

    def test_an_older_file_is_brought_up_to_date(
        self, archive: NightArchive, path: Path
    ) -> None:
        """Migrations run once, in order, and keep what is there."""
        archive.add_night(make_night())
        archive.close()
        newer = (*nights._MIGRATIONS, "ALTER TABLE nights ADD COLUMN risen_at REAL;")
        with patch.object(nights, "_MIGRATIONS", newer):
            for _ in range(2):
                archive.open()
                assert len(archive.list_nights()) == 1
                archive.close()
        with pytest.raises(ArchiveTooNewError):
            archive.open()

    def test_a_migration_that_fails(self, archive: NightArchive, path: Path) -> None:
        """Half a migration is none."""
        archive.add_night(make_night())
        archive.close()
        broken = "ALTER TABLE nights ADD COLUMN risen_at REAL; SELECT nonsense;"
        with (
            patch.object(nights, "_MIGRATIONS", (*nights._MIGRATIONS, broken)),
            pytest.raises(ArchiveError, match="nonsense"),
        ):
            archive.open()
        archive.open()
        assert len(archive.list_nights()) == 1
        assert archive.set_aside is None


@pytest.fixture
def writers(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a process that starts writers on demand."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.archive.writer", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Alone in its process, a thread may fork.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[2],
    ) as process:
        yield process


def write_until_killed(writers: subprocess.Popen[str], first: int) -> dict[str, int]:
    """Return the last night and the last state that a killed writer has reported."""
    assert writers.stdin is not None
    assert writers.stdout is not None
    writers.stdin.write(f"{first}\n")
    writers.stdin.flush()
    reported: dict[str, int] = {}
    killed = False
    for line in writers.stdout:
        kind, number = line.split()
        reported[kind] = int(number)
        if kind == "dead":
            break
        if "night" in reported and "process" in reported and not killed:
            time.sleep(random.uniform(0, 0.1))
            os.kill(reported["process"], signal.SIGKILL)
            killed = True
    return reported


def test_a_killed_process_loses_nothing_it_has_committed(
    path: Path, writers: subprocess.Popen[str]
) -> None:
    """Whenever the process dies, the file opens and every committed night is there."""
    archive = NightArchive(path)
    count = 0
    for _ in range(10):
        reported = write_until_killed(writers, count)
        archive.open()
        records = archive.list_nights(limit=10_000)[::-1]
        assert archive.set_aside is None
        # The last commit may have come too late for its report.
        assert len(records) - (reported["night"] + 1) in (0, 1)
        assert [record.start for record in records] == [
            EVENING + number * DAY for number in range(len(records))
        ]
        for number in range(count, len(records)):
            stored = archive.get_night(records[number].id)
            assert stored is not None
            expected = writer.numbered_night(number)
            assert stored.night.settled_stages == expected.settled_stages
            assert len(stored.night.epochs) == len(expected.epochs)
        state = archive.load_state()
        if state is not None:
            number = int.from_bytes(state[:4])
            assert state == writer.numbered_state(number)
            assert number >= reported.get("state", 0)
        assert (state is None) <= ("state" not in reported)
        count = len(records)
        archive.close()
