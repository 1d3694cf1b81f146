"""A schedule's times exist at the site, and it ends after it began.

May not know what time it is: whether an experiment is over depends on the day, not on its definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.flaw import Flaw
from config_compiler.kinds import shortened
from config_compiler.meaning import DEFAULT_TIMEZONE
from config_compiler.schedules import minute_of
from config_compiler.syntax import Definition, ScheduleSyntax
from config_compiler.zones import time_zone, time_zones


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each time that is none, and for each end before its start."""
    written = definition.site.timezone if definition.site else None
    name = written.value if written else DEFAULT_TIMEZONE
    if name not in time_zones():
        return
    for experiment in definition.experiments:
        if experiment.schedule:
            yield from _schedule(experiment.schedule, time_zone(name))


def _schedule(schedule: ScheduleSyntax, zone: ZoneInfo) -> Iterator[Finding]:
    minutes = []
    for written in (schedule.start, schedule.end):
        minute = minute_of(written.value, zone) if written else None
        if written and isinstance(minute, Flaw):
            message = f'"{shortened(written.value)}" {minute.why}'
            yield Finding(Code.E232, message, written.span, hint=minute.hint, fix=minute.fix)
        else:
            minutes.append(minute)
    match minutes:
        case [int(start), int(end)] if end <= start and schedule.start and schedule.end:
            labels = (Label(schedule.start.span, "the start"),)
            message = "the experiment ends before it begins" if end < start else "the experiment ends as it begins"
            yield Finding(Code.E232, message, schedule.end.span, "the end", labels, "write a later end")
