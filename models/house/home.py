"""A real Home Assistant in a folder: made, started, onboarded, asked, stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import shutil
import signal
import socket
import sys
import time
from typing import Any, Self

import aiohttp

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "halo_rise"

USUAL_PORT = 8123
START_SECONDS = 240.0
"""Its first start on two busy cores takes a minute."""

STOP_SECONDS = 60.0
ANSWER_SECONDS = 60.0
IDLE_SECONDS = 40.0
"""A connection that was not used for so long is opened anew."""

USER = {"name": "Halo", "username": "halo", "password": "halo-rise", "language": "en"}
"""Nobody is asked for it: this computer is trusted."""

CONFIGURATION = """\
# Written anew at every start by scripts/develop.
homeassistant:
  name: Home
  country: DE
  language: en
  unit_system: metric
  time_zone: {zone}
  auth_providers:
    # Whoever sits at this computer is let in without a question.
    - type: trusted_networks
      trusted_networks: ["127.0.0.1/32", "::1/128"]
      allow_bypass_login: true
    - type: homeassistant
config:
frontend:
# Those that are made in the browser.
automation: !include automations.yaml
history:
logbook:
recorder:
logger:
  default: warning
  logs:
    custom_components.halo_rise: info
# The room has sensors of its own, as bedrooms have.
template:
  - sensor:
      - name: Bedroom temperature
        unique_id: bedroom_temperature
        device_class: temperature
        state_class: measurement
        unit_of_measurement: °C
        state: "{{{{ (19.2 + 1.4 * sin((now().hour + now().minute / 60 - 11) / 3.82)) | round(1) }}}}"
      - name: Bedroom humidity
        unique_id: bedroom_humidity
        device_class: humidity
        state_class: measurement
        unit_of_measurement: "%"
        state: "{{{{ (49 - 4 * sin((now().hour + now().minute / 60 - 11) / 3.82)) | round }}}}"
      - name: Bedroom light
        unique_id: bedroom_light
        device_class: illuminance
        state_class: measurement
        unit_of_measurement: lx
        state: "{{{{ [0, 180 * sin((now().hour + now().minute / 60 - 6) / 4.5)] | max | round if 6 <= now().hour <= 19 else 0 }}}}"
"""

ROOM = {
    "temperature_entity": "sensor.bedroom_temperature",
    "humidity_entity": "sensor.bedroom_humidity",
    "illuminance_entity": "sensor.bedroom_light",
}


class HomeError(Exception):
    """Home Assistant did not do what was asked of it."""


def free_port(wanted: int = 0) -> int:
    """Return a port on which nobody listens, the wanted one if possible."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found: int = probe.getsockname()[1]
            return found
    raise HomeError("There is no free TCP port")


class Home:
    """One Home Assistant."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        zone: str = "UTC",
        guests: tuple[Path, ...] = (),
    ) -> None:
        """Choose where it lives and where it listens; nothing is started yet.

        Args:
            folder: Of the configuration.
            port: Where to listen if that is free.
            zone: Time zone.
            guests: Folders of further integrations without settings.

        """
        self.folder = folder
        self.zone = zone
        self.port = free_port(port)
        self.log = folder / "output.log"
        self.guests = guests
        """Who is there from the next start on."""
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._number = 0
        self._asked_at = 0.0
        self._turn = asyncio.Lock()
        self._token = ""

    @property
    def url(self) -> str:
        """Return where the browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Return whether the process lives."""
        return self._process is not None and self._process.returncode is None

    async def __aenter__(self) -> Self:
        """Start it, and let us in."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()

    # Life

    async def start(self) -> None:
        """Write its configuration, start it and wait until everything is set up."""
        self._write()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("hass")),
                "--skip-pip",
                "--log-no-color",
                "--config",
                str(self.folder),
                # The project is importable as well, and would hide this home's own folder of
                # custom integrations.
                env=os.environ | {"PYTHONPATH": str(self.folder)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for whoever started this, who then stops it in good order.
                start_new_session=True,
            )
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._log_in(await self._until_it_answers())
                while (await self.rest("GET", "/api/config"))["state"] != "RUNNING":
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise HomeError(
                f"Home Assistant did not start within {START_SECONDS:.0f} s; see {self.log}"
            ) from None
        self._socket = await self._connect()
        self._number = 0
        self._asked_at = time.monotonic()

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End the process, as a person would or as a power cut does."""
        if self._socket is not None:
            self._socket._response.close()  # noqa: SLF001 - there is nobody to say goodbye to
            self._socket = None
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(with_signal)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def restart(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """Stop and start."""
        await self.stop(with_signal)
        await self.start()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = CONFIGURATION.format(zone=self.zone)
        configuration += "".join(f"{guest.name}:\n" for guest in self.guests)
        (self.folder / "configuration.yaml").write_text(configuration, encoding="utf-8")
        automations = self.folder / "automations.yaml"
        if not automations.exists():
            automations.write_text("[]\n", encoding="utf-8")
        components = self.folder / "custom_components"
        components.mkdir(exist_ok=True)
        for integration in (INTEGRATION, *self.guests):
            link = components / integration.name
            if link.is_symlink():
                link.unlink()
            link.symlink_to(integration, target_is_directory=True)
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        # What stands in configuration.yaml is only tried for five minutes; this is kept.
        stable = {
            "server_host": ["127.0.0.1"],
            "server_port": self.port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "intermediate_v6",
            "use_x_frame_options": True,
            "created_at": datetime.now(UTC).isoformat(),
            "error": None,
            "error_message": None,
        }
        _store(
            storage / "http",
            3,
            {"stable": stable, "pending": None, "yaml_migration_done": True},
        )
        onboarding = storage / "onboarding"
        if not onboarding.exists():
            # All but the first user. The step that is left out with it, where one lives,
            # would also add services that lie on the internet.
            steps = ["core_config", "integration", "analytics"]
            _store(onboarding, 4, {"done": steps})

    def _check_alive(self) -> None:
        if not self.running:
            lines = self.log.read_text(errors="replace").splitlines()[-15:]
            raise HomeError("Home Assistant ended:\n" + "\n".join(lines))

    async def _until_it_answers(self) -> bool:
        """Wait for the first answer; return whether somebody has moved in before."""
        assert self._session is not None
        while True:
            self._check_alive()
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.get(
                    f"{self.url}/auth/providers?client_id={self.url}/"
                ) as response:
                    if response.status in (200, 400):
                        return response.status == 200
            await asyncio.sleep(0.2)

    # Who we are

    async def _log_in(self, lived_in: bool) -> None:
        """Become the one user there is; at the first start that user is made."""
        client = f"{self.url}/"
        if not lived_in:
            made = await self.rest(
                "POST", "/api/onboarding/users", USER | {"client_id": client}
            )
            await self._take_token(made["auth_code"])
            return
        flow = await self.rest(
            "POST",
            "/auth/login_flow",
            {
                "client_id": client,
                "handler": ["trusted_networks", None],
                "redirect_uri": client,
            },
        )
        if flow["type"] != "create_entry":
            raise HomeError(f"Home Assistant wants to know more: {flow}")
        await self._take_token(flow["result"])

    async def _take_token(self, code: str) -> None:
        assert self._session is not None
        async with self._session.post(
            f"{self.url}/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": f"{self.url}/",
            },
        ) as response:
            response.raise_for_status()
            self._token = (await response.json())["access_token"]

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        """Open a websocket and say who we are."""
        assert self._session is not None
        opened = await self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        )
        await opened.receive_json()
        await opened.send_json({"type": "auth", "access_token": self._token})
        if (answer := await opened.receive_json())["type"] != "auth_ok":
            raise HomeError(f"The websocket refuses us: {answer}")
        return opened

    # What can be asked

    async def rest(self, method: str, path: str, data: Any = None) -> Any:
        """Call the REST interface."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, self.url + path, json=data, headers=headers
        ) as response:
            text = await response.text()
            if response.status >= 400:
                raise HomeError(f"{method} {path}: {response.status} {text}")
            return json.loads(text) if text else None

    async def ask(self, command: str, **fields: Any) -> Any:
        """Send a websocket command and return its result."""
        async with self._turn:
            assert self._socket is not None
            if time.monotonic() - self._asked_at > IDLE_SECONDS:
                # Home Assistant hangs up on whoever does not answer its heartbeat, and
                # nobody reads it here between two questions.
                await self._socket.close()
                self._socket = await self._connect()
            self._number += 1
            await self._socket.send_json({"id": self._number, "type": command} | fields)
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    answer = await self._socket.receive_json()
                    if answer.get("id") == self._number and answer["type"] == "result":
                        break
            self._asked_at = time.monotonic()
        if not answer["success"]:
            raise HomeError(f"{command}: {answer['error']}")
        return answer["result"]

    async def states(self) -> dict[str, str]:
        """Return what all entities say."""
        return {
            state["entity_id"]: state["state"]
            for state in await self.rest("GET", "/api/states")
        }

    async def state(self, entity_id: str) -> str | None:
        """Return what an entity says, None if there is none."""
        return (await self.states()).get(entity_id)

    async def act(self, domain: str, service: str, **data: Any) -> None:
        """Call a service."""
        await self.rest("POST", f"/api/services/{domain}/{service}", data)

    @asynccontextmanager
    async def listening(self, *kinds: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Collect the events of some kinds, until the end or until it stops."""
        heard: list[dict[str, Any]] = []
        socket = await self._connect()

        async def listen() -> None:
            async for message in socket:
                answer = message.json()
                if answer["type"] == "event":
                    heard.append(answer["event"])

        for number, kind in enumerate(kinds, 1):
            await socket.send_json(
                {"id": number, "type": "subscribe_events", "event_type": kind}
            )
            answer = await socket.receive_json()
            if answer["type"] == "event":
                heard.append(answer["event"])
                answer = await socket.receive_json()
            if not answer["success"]:
                raise HomeError(f"{kind}: {answer['error']}")
        task = asyncio.create_task(listen(), name="events of the house")
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.wait({task})
            if self.running:
                await socket.close()

    async def automate(self, name: str, **automation: Any) -> None:
        """Make an automation as the browser does, or change it."""
        await self.rest(
            "POST",
            f"/api/config/automation/config/{name}",
            {"alias": name} | automation,
        )

    async def forget_automation(self, name: str) -> None:
        """Delete an automation."""
        await self.rest("DELETE", f"/api/config/automation/config/{name}")

    async def runs(self, name: str) -> list[dict[str, Any]]:
        """Return what an automation has done, the oldest first, restarts or not.

        The latest five; those whose conditions were not met are among them.
        """
        found: list[dict[str, Any]] = await self.ask(
            "trace/list", domain="automation", item_id=name
        )
        return found

    def our_lines(self) -> list[str]:
        """Return the lines that the integration has logged since the folder was made."""
        return [
            line
            for line in self.log.read_text(errors="replace").splitlines()
            if "[custom_components.halo_rise" in line
        ]


def _store(file: Path, version: int, data: dict[str, Any]) -> None:
    """Write a file as Home Assistant keeps them."""
    content = {"version": version, "minor_version": 1, "key": file.name, "data": data}
    file.write_text(json.dumps(content))


async def until(
    condition: Callable[[], Any], seconds: float, every: float = 0.1
) -> float:
    """Wait until a condition holds, and return how long that took."""
    now = asyncio.get_running_loop().time
    began = now()
    while True:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return now() - began
        if now() - began > seconds:
            raise TimeoutError(f"Not within {seconds:.0f} s")
        await asyncio.sleep(every)


def forget(folder: Path) -> None:
    """Delete a home."""
    shutil.rmtree(folder, ignore_errors=True)
