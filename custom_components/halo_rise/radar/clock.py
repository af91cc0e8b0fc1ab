"""Time from the order of the frames: arrival times are far too uneven for a waveform.

On their way through a serial proxy, Wi-Fi and a busy event loop frames are held up by
anything from nothing to half a second, and arrive in bursts. The module however sends them
evenly. So the clock counts cycles, and lets the arrival times only steer, slowly, where the
count stands and how long a cycle is.
"""

_ARRIVAL_SD = 0.06
"""Seconds. A delay spread evenly over 200 ms has this standard deviation."""

_INTERVAL_SD = 0.03
"""Share by which a module's cycle is expected to differ from its nominal length."""

_INTERVAL_BOUND = 0.1
"""Share by which it may differ at most; beyond it something else is wrong."""

_DRIFT = 3e-6
"""Seconds by which the length of a cycle wanders per cycle. With the spread of arrivals it
sets how slowly the clock follows: about 1 % of an error per frame once it has settled."""

_FOLLOW_ERROR = 0.5
"""Seconds. An arrival further off is a stall or a gap and says nothing about the rate."""

_PATIENCE = 1.0
"""Seconds for which an error must last before it is believed to be a gap, not a stall."""

_AHEAD = 0.4
"""Seconds by which a count of lost cycles may run ahead of the arrivals. Nothing arrives
before it was sent, so a larger count was read from a damaged packet."""

_LONG_GAP = 10.0
"""Seconds after which an arrival tells more than the count of what was lost."""

_SLEW = 0.04
"""Share of a cycle by which a correction may stretch or shrink it. Jumps are for gaps."""


class FrameClock:
    """Reconstruct when each frame was measured.

    The state is a Kalman filter of two numbers, the time of the last frame and the length of
    a cycle. What it hands out follows that estimate with a bounded slew, so that neither a
    late burst nor the uncertain first seconds after connecting bend the waveform.
    """

    def __init__(self, interval: float) -> None:
        """Begin without an anchor; the interval is the nominal one in seconds."""
        self._nominal = interval
        self.interval = interval
        """Seconds between frames as learned so far."""
        self.last: float | None = None
        """Time of the last frame, which the next one will exceed."""
        self._estimate: float | None = None
        self._variance = 0.0
        self._covariance = 0.0
        self._interval_variance = (interval * _INTERVAL_SD) ** 2
        self._off_since: tuple[float, float] | None = None

    def restart(self) -> None:
        """Take the next arrival as a new anchor, for instance after reconnecting.

        What was learned about the module's rate stays, and time still never goes back.
        """
        self._estimate = None

    def tick(self, arrival: float, cycles: int = 1) -> float:
        """Return the time of a frame, given its arrival and the cycles since the last one."""
        if self._estimate is not None and cycles > 1:
            credible = int((arrival + _AHEAD - self._estimate) / self.interval)
            cycles = min(cycles, credible)
        cycles = max(cycles, 1)
        if self._estimate is None or cycles * self.interval > _LONG_GAP:
            self._anchor(arrival)
            step = 0.0
        else:
            step = cycles * self.interval
            self._predict(cycles)
            self._correct(arrival)
        return self._follow(step)

    def _anchor(self, arrival: float) -> None:
        self._estimate = arrival
        self._variance = _ARRIVAL_SD**2
        self._covariance = 0.0
        self._off_since = None

    def _predict(self, cycles: int) -> None:
        assert self._estimate is not None
        self._estimate += cycles * self.interval
        self._variance += cycles * (
            2 * self._covariance + cycles * self._interval_variance
        )
        self._covariance += cycles * self._interval_variance
        self._interval_variance += cycles * _DRIFT**2

    def _correct(self, arrival: float) -> None:
        assert self._estimate is not None
        error = arrival - self._estimate
        if abs(error) > _FOLLOW_ERROR:
            self._doubt(arrival, error)
            return
        self._off_since = None
        spread = self._variance + _ARRIVAL_SD**2
        gain = self._variance / spread
        interval_gain = self._covariance / spread
        self._estimate += gain * error
        self.interval += interval_gain * error
        bound = _INTERVAL_BOUND * self._nominal
        self.interval = min(
            max(self.interval, self._nominal - bound), self._nominal + bound
        )
        self._interval_variance -= interval_gain * self._covariance
        self._variance *= 1 - gain
        self._covariance *= 1 - gain

    def _doubt(self, arrival: float, error: float) -> None:
        """Tell a gap, after which every frame is off alike, from a stall that is caught up."""
        if self._off_since is None:
            self._off_since = (arrival, error)
            return
        since, first_error = self._off_since
        waited = arrival - since
        if 0 <= waited < _PATIENCE:
            return
        if abs(error) > abs(first_error) - waited / 2:
            self._anchor(arrival)
        else:
            self._off_since = (arrival, error)

    def _follow(self, step: float) -> float:
        """Move the time handed out towards the estimate."""
        assert self._estimate is not None
        if self.last is None:
            self.last = self._estimate
            return self.last
        # The first frame after an anchor follows the last one by half a cycle at least.
        even = self.last + (step or self.interval / 2)
        off = self._estimate - even
        if off > _FOLLOW_ERROR or (step == 0 and off > 0):
            self.last = self._estimate
        else:
            slew = _SLEW * (step or self.interval)
            self.last = even + min(max(off, -slew), slew)
        return self.last
