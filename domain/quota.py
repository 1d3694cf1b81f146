"""How often a key may do something: a token bucket kept as one number a key, in bounded memory.

May not know what a key stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, and so many at once."""

    per_s: float
    burst: int


@dataclass(slots=True)
class Quota:
    """The generic cell rate algorithm (ITU-T I.371): per key, the time until which its tokens are spoken for."""

    rate: Rate | None
    """None for no limit."""
    most_keys: int = 100_000
    _spoken_for: dict[str | bytes, float] = field(default_factory=dict)

    def take(self, key: str | bytes, now_ms: int) -> bool:
        """Take a token, if there is one."""
        if self.rate is None:
            return True
        each = 1000.0 / self.rate.per_s
        window = each * self.rate.burst
        until = max(self._spoken_for.get(key, 0.0), now_ms)
        if until - now_ms > window:
            # Further ahead than a full window happens only where the clock was set back: begin again.
            until = now_ms
        if until + each - now_ms > window:
            return False
        if len(self._spoken_for) >= self.most_keys and key not in self._spoken_for:
            self._forget(now_ms)
        self._spoken_for[key] = until + each
        return True

    def wait_ms(self, key: str | bytes, now_ms: int) -> float:
        """How long it is until a key can take a token; 0 where it can now. Takes none."""
        if self.rate is None:
            return 0.0
        each = 1000.0 / self.rate.per_s
        window = each * self.rate.burst
        until = max(self._spoken_for.get(key, 0.0), now_ms)
        return 0.0 if until - now_ms > window else max(0.0, until + each - now_ms - window)

    def _forget(self, now_ms: int) -> None:
        """Drop the keys whose bucket is full again; where none is, drop all, in the visitors' favour."""
        self._spoken_for = {key: until for key, until in self._spoken_for.items() if until > now_ms}
        if len(self._spoken_for) >= self.most_keys:
            self._spoken_for.clear()
