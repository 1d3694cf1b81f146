"""How long the main thread worked for the scripts of one origin, from a trace that Chromium wrote.

May not know whose scripts they are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

CATEGORIES = ["-*", "devtools.timeline", "v8", "disabled-by-default-v8.compile"]

_SCRIPT = {
    *("EvaluateScript", "FunctionCall", "RunMicrotasks", "v8.compile", "v8.compileModule", "v8.run", "V8.CompileCode"),
    *("v8.evaluateModule", "TimerFire", "EventDispatch", "FireAnimationFrame", "FireIdleCallback"),
    *("XHRReadyStateChange", "XHRLoad"),
}
Event = dict[str, Any]


def script_ms(trace: bytes, origin: str) -> float:
    """Milliseconds of CPU in all tasks of scripts, compilation included, in which code of this origin ran."""
    threads: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for event in json.loads(trace)["traceEvents"]:
        if event.get("ph") == "X" and event["name"] in _SCRIPT:
            threads[event["pid"], event["tid"]].append(event)
    return sum(_of_thread(events, origin) for events in threads.values())


def _of_thread(events: list[Event], origin: str) -> float:
    total, end, top, ours = 0.0, -1.0, 0.0, False
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        if event["ts"] >= end:
            total += top if ours else 0.0
            end, top, ours = (
                event["ts"] + event["dur"],
                (event["tdur"] if "tdur" in event else event["dur"]) / 1000,
                False,
            )
        ours = ours or _url(event).startswith(origin)
    return total + (top if ours else 0.0)


def _url(event: Event) -> str:
    args = event.get("args", {})
    data = args.get("data") or {}
    return str(data.get("url") or data.get("fileName") or args.get("fileName") or "")
