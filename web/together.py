"""Many questions asked at the same time, but never too many.

May not know what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

AT_ONCE = 8
"""Questions that one page has under way."""

T = TypeVar("T")


async def together(questions: Iterable[Awaitable[T]]) -> list[T]:
    """The answers, in the order of the questions."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(question: Awaitable[T]) -> T:
        async with turns:
            return await question

    return await asyncio.gather(*(ask(question) for question in questions))
