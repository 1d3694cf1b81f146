"""Everything on one machine: the roles as children of this process, from the first line on the terminal to Ctrl-C.

May not know how a role is put together, or how a child is kept alive.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadbright import readiness, terminal
from leadbright.process import FAILED, STOPPED
from leadbright.settings import PREFIX, Settings, as_environment
from leadbright.supervisor import WRONG_USAGE, Child, Supervisor, role_command

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class House:
    """What is to be done before anything starts, who is started then, and what is said once all are ready."""

    settings: Settings
    prepare: Callable[[], Awaitable[str]]
    """Returns the address that signs a person in."""
    children: Sequence[Child]
    welcome: Callable[[Settings, str], str]
    remember: Callable[[Say], Awaitable[None]] | None = None
    """Gives the aggregator a past, beside the start of `children`."""
    waiting: Sequence[Child] = ()
    """Who may start only after that."""


def run_house(settings: Settings) -> int:
    """Run every role until told to stop; an exit status."""
    from leadbright.preparing import prepare_house

    house = House(settings, lambda: prepare_house(settings), roles(settings), terminal.welcome)
    return asyncio.run(_hold(house, terminal.say))


def run_demo(settings: Settings) -> int:
    """Run every role, the shop and the crowd until told to stop; an exit status."""
    from leadbright.preparing_demo import prepare_demo, remember

    aggregator, relay, web = roles(settings, settings.data / "log")
    shop, crowd = extras(settings, settings.data / "log")
    house = House(
        settings=settings,
        prepare=lambda: prepare_demo(settings),
        children=[web, relay, shop],
        welcome=terminal.welcome_to_demo,
        remember=lambda say: remember(settings, say),
        waiting=[aggregator, crowd],
    )
    return asyncio.run(_hold(house, terminal.say))


def roles(settings: Settings, logs: Path | None = None) -> list[Child]:
    """The three roles; their logs go to files in `logs`, or to this process's standard error."""
    return [
        _child("aggregator", aggregator_probe(settings), logs),
        _child("relay", relay_probe(settings), logs),
        _child("web", readiness.over_http(settings.web_listen), logs),
    ]


def relay_probe(settings: Settings) -> readiness.Probe:
    """Whether the relay of this machine is ready."""
    return readiness.over_http(settings.relay_listen, is_secure=settings.relay_cert is not None)


def aggregator_probe(settings: Settings) -> readiness.Probe:
    """Whether the aggregator of this machine is ready; where it asks for certificates, by the way that relays take."""
    if settings.grpc_cert is None:
        return readiness.over_grpc(settings.aggregator_listen)
    from leadbright.papers import aggregator_channel

    return readiness.over_channel(lambda: aggregator_channel(settings))


def extras(settings: Settings, logs: Path | None = None) -> list[Child]:
    """The demo's shop and its crowd."""
    return [_child("demo-shop", readiness.over_http(settings.shop_listen), logs), _child("demo-crowd", None, logs)]


def children_environment(settings: Settings, own: dict[str, str]) -> dict[str, str]:
    """What the children are started with: this process's environment, and its settings word for word."""
    by_name = (f"{PREFIX}SECRET", f"{PREFIX}PURGE_TOKEN")
    ways = f"{PREFIX}SIGN_IN_"
    kept = {n: text for n, text in own.items() if not n.startswith(PREFIX) or n in by_name or n.startswith(ways)}
    return kept | as_environment(settings)


def _child(name: str, ready: readiness.Probe | None, logs: Path | None) -> Child:
    return Child(name, role_command(name), ready, logs / f"{name}.log" if logs is not None else None)


async def _hold(house: House, say: Say) -> int:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    supervisor = Supervisor(children_environment(house.settings, dict(os.environ)))
    opening = asyncio.create_task(_open(house, supervisor, say))
    telling = asyncio.create_task(told.wait())
    try:
        await asyncio.wait((opening, telling), return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            return STOPPED
        if not await opening:
            return WRONG_USAGE if supervisor.gave_up.is_set() else FAILED
        giving_up = asyncio.create_task(supervisor.gave_up.wait())
        await asyncio.wait((telling, giving_up), return_when=asyncio.FIRST_COMPLETED)
        giving_up.cancel()
        return STOPPED if told.is_set() else WRONG_USAGE
    finally:
        telling.cancel()
        opening.cancel()
        await asyncio.gather(opening, telling, return_exceptions=True)
        say(terminal.STOPPING)
        await supervisor.stop()
        say(terminal.STOPPED)


async def _open(house: House, supervisor: Supervisor, say: Say) -> bool:
    from leadbright.preparing import CannotPrepareError

    try:
        link = await house.prepare()
        beside, after = await asyncio.gather(supervisor.start(house.children), _remember(house, supervisor, say))
    except CannotPrepareError as error:
        sys.stderr.write(f"{error}\n")
        return False
    if not (beside and after):
        sys.stderr.write(f"{terminal.not_ready(house.children)}\n")
        return False
    say(house.welcome(house.settings, link))
    return True


async def _remember(house: House, supervisor: Supervisor, say: Say) -> bool:
    if house.remember is not None:
        await house.remember(say)
    return await supervisor.start(house.waiting)
