"""What a person is told of a conversion."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Account:
    """What was done with a file, for people."""

    lines: list[str] = field(default_factory=list)
    warnings: int = 0

    def say(self, line: str) -> None:
        """Note what was taken and done."""
        self.lines.append(line)

    def warn(self, line: str) -> None:
        """Note what somebody should look at."""
        self.warnings += 1
        self.lines.append(f"WARNING: {line}")


def clock(seconds: float) -> str:
    """Say a duration as hours, minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
