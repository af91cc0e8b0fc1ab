"""The channel that is taken."""

from pathlib import Path

import pytest

from models.convert.channels import Channel, Choice, Kind, choices, scale
from models.errors import UserError

FILE = Path("night.edf")


def _channels(*labels: str, unit: str = "") -> list[Channel]:
    return [Channel(index, label, unit, 32.0) for index, label in enumerate(labels)]


def _taken(*labels: str, wanted: str | None = None) -> str:
    return choices(FILE, _channels(*labels), wanted)[0].channel.label


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("EKG", "Pres", "Flow", "Thor", "Abdo", "Therm"), "Thor"),  # MESA
        (("SaO2", "ECG", "THOR RES", "ABDO RES", "NEW AIR"), "THOR RES"),  # SHHS
        (("ECG", "ABDO EFFORT", "NASAL PRES"), "ABDO EFFORT"),  # CFS
        (("EEG Fpz-Cz", "Resp oro-nasal", "EMG submental"), "Resp oro-nasal"),
        (("ECG", "BP", "EEG", "Resp (nasal)", "Resp (sum)"), "Resp (sum)"),  # slpdb
        (("Airflow", "Flow Patient", "Effort ABD", "Effort THO"), "Effort THO"),
        (("RIP.Abdom", "RIP.Thrx", "RIP.Sum"), "RIP.Thrx"),  # Nox
        (("Abdominal", "Thoracic", "Cannula Flow"), "Thoracic"),  # MrOS
        (("AIRFLOW", "AIRFLOW"), "AIRFLOW"),
    ],
)
def test_the_best_of_every_collection_is_taken(
    labels: tuple[str, ...], expected: str
) -> None:
    assert _taken(*labels) == expected


def test_a_wish_comes_first() -> None:
    assert _taken("THOR RES", "abdo res", wanted="ABDO RES") == "abdo res"
    assert _taken("THOR RES", "ABDO RES", wanted="abdo") == "ABDO RES"
    assert _taken("THOR RES", "Radar 2", wanted="radar 2") == "Radar 2"


@pytest.mark.parametrize("wanted", [None, "Flow"])
def test_without_one_the_message_lists_what_there_is(wanted: str | None) -> None:
    with pytest.raises(UserError) as raised:
        choices(FILE, _channels("EEG C3", "ECG chest lead", ""), wanted)
    message = str(raised.value)
    assert message.startswith("night.edf: no channel")
    assert message.endswith("Channels: EEG C3, ECG chest lead, (nameless)")
    assert "--channel" in message


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [
        (Kind.EFFORT, "cm", (10.0, "mm")),
        (Kind.EFFORT, "mV", None),
        (Kind.EFFORT, "L/min", None),
        (Kind.FLOW, "L/s", (60.0, "L/min")),
        (Kind.FLOW, "cmH2O", None),
        (Kind.FLOW, "", None),
    ],
)
def test_only_known_scales_are_kept(
    kind: Kind, unit: str, expected: tuple[float, str] | None
) -> None:
    assert scale(Choice(Channel(0, "x", unit, 32.0), kind)) == expected


def test_an_unknown_channel_is_flow_by_its_unit() -> None:
    assert choices(FILE, _channels("X", unit="l/min"), "X")[0].kind is Kind.FLOW
    assert choices(FILE, _channels("X", unit="V"), "X")[0].kind is Kind.EFFORT
