"""Puts broken definitions to the compiler, as long as one likes: `python -m tests.config_compiler.fuzz --minutes 10`.

Every input follows from the seed and its number, so that what is found can be found again. May not know what is right:
only that every definition is answered, in a few seconds, by findings or by artifacts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count

from config_compiler.compiler import Compiled, check_site, compile_site
from config_compiler.fixing import fixed
from config_compiler.render import report, terminal
from config_compiler.source import Source
from tests.config_compiler.folders import CASES, DEPLOYMENT, read
from tests.stand_in import RUNTIME

MOST_S = 10.0
"""Seconds of the processor within which everything must be answered: a few, and room for a machine that is busy."""

_ROUNDS = 40

Files = dict[str, bytes]
Corpus = list[Mapping[str, str]]

PLAIN_WORDS = r"""
: - [ ] { } , & * ! | > ' " % @ ` # ? --- ... <<: null ~ yes 1e999 0x7f .nan &a *a !!python/object {{ 100% -1% *.co.uk é
regex: (a+)+$ (?=x) [^\S] \B :has( :is( ::before url( </script> <svg/onload=x> javascript: 2026-02-30T25:61
999999999999999 include exclude all: any: not: matches: redirect: script: css: phase:
layer: holdout: sections: audience: schedule:
""".split()  # noqa: SIM905
WORDS = [*PLAIN_WORDS, "\t", "\r\n", "\x00", "\x85", "\u2028", "\ud800", "\ufeff", " "]


def corpus() -> Corpus:
    """Every definition of the case folders; those with nothing wrong, which lead further, several times."""
    every = [read(case) for case in sorted(CASES.iterdir()) if case.is_dir()]
    sound = [source.files for source in every if isinstance(compile_site(source, None, RUNTIME, DEPLOYMENT), Compiled)]
    return [*(source.files for source in every), *sound * 6]


def mutated(chance: random.Random, known: Corpus) -> Files:
    """A case with some of its lines or bytes changed, or mixed with those of another one."""
    files = {name: text.encode("utf-8", "surrogateescape") for name, text in chance.choice(known).items()}
    for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
        if not files:
            return files
        name = chance.choice(sorted(files))
        files[name] = chance.choice(CHANGES)(files[name], chance, known)
    return files


def _word(body: bytes, chance: random.Random, known: Corpus) -> bytes:
    at = chance.randint(0, len(body))
    return body[:at] + chance.choice(WORDS).encode("utf-8", "surrogatepass") + body[at + chance.choice((0, 1, 5)) :]


def _byte(body: bytes, chance: random.Random, known: Corpus) -> bytes:
    at = chance.randint(0, len(body))
    return body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]


def _lines(body: bytes, chance: random.Random, known: Corpus) -> bytes:
    lines = body.splitlines(keepends=True) or [b""]
    one, other = sorted(chance.choices(range(len(lines) + 1), k=2))
    piece = lines[one:other]
    middle = chance.choice(([], piece * 2, piece * 9, piece[::-1], [b"  " + line for line in piece]))
    return b"".join(lines[:one] + middle + lines[other:])


def _foreign(body: bytes, chance: random.Random, known: Corpus) -> bytes:
    other = chance.choice([text for files in known for text in files.values()]).encode("utf-8", "surrogateescape")
    lines, more = body.splitlines(keepends=True), other.splitlines(keepends=True)
    at, start = chance.randint(0, len(lines)), chance.randint(0, len(more))
    return b"".join(lines[:at] + more[start : start + chance.randint(1, 12)] + lines[at:])


def _cut(body: bytes, chance: random.Random, known: Corpus) -> bytes:
    return body[: chance.randint(0, len(body))]


CHANGES: tuple[Callable[[bytes, random.Random, Corpus], bytes], ...] = (_word, _word, _byte, _lines, _foreign, _cut)


def noise(chance: random.Random, known: Corpus) -> Files:
    """Bytes of no kind at all."""
    return {"site.yaml": chance.randbytes(chance.choice((0, 1, 50, 5_000))), "experiments/a.yaml": chance.randbytes(99)}


def monstrous(chance: random.Random, known: Corpus) -> Files:
    """Too much of one thing."""
    n = chance.choice((100, 5_000, 100_000))
    sign = chance.choice((b"[", b"{a: ", b"- ", b"? ", b"&a [", b"!!x ", b"'", b"| \n "))
    bomb = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 99))
    experiment = b"experiment: a\npages: {include: [" + b'"/*a*/", ' * min(n, 5_000) + b"]}\n"
    body = chance.choice((sign * n, bomb, b"x" * 10_000_000, b"k: v\n" * n, b"a: " + b"(" * n, experiment))
    return {"site.yaml": body, "experiments/a.yaml": chance.choice((body, experiment, b""))}


def made(seed: int, number: int, known: Corpus) -> tuple[str, Files]:
    """The input of that number, and of which kind it is."""
    chance = random.Random(f"{seed}/{number}")
    make = chance.choices((mutated, noise, monstrous), (97, 2, 1))[0]
    return make.__name__, make(chance, known)


def answered(files: Files) -> bool:
    """Whether the definition is compiled rather than refused; whatever is said can be shown."""
    source = Source.from_bytes(files)
    answer = compile_site(source, None, RUNTIME, DEPLOYMENT)
    terminal.render(answer.findings, source, color=False)
    report.render(answer.findings)
    _mend(source)
    return isinstance(answer, Compiled)


def _mend(source: Source) -> None:
    """Apply every fix, as `check --fix` does; raises AssertionError where one leads to another without end."""
    for _ in range(_ROUNDS):
        source, mended = fixed(source, check_site(source).findings)
        if not mended:
            return
    raise AssertionError("fixes without end")


def run(minutes: float, seed: int) -> int:
    """Go on for so long; the number of inputs that were not answered as they should be."""
    known, counts, slowest, faults = corpus(), Counter[str](), 0.0, 0
    end = time.monotonic() + minutes * 60
    for number in count():
        if time.monotonic() > end:
            break
        kind, files = made(seed, number, known)
        start = time.process_time()
        try:
            counts[f"{kind}, {'compiled' if answered(files) else 'refused'}"] += 1
        except Exception:  # noqa: BLE001 - what must never happen is what is looked for
            faults += 1
            sys.stdout.write(f"seed {seed}, input {number}:\n{traceback.format_exc()}\n")
        took = time.process_time() - start
        slowest = max(slowest, took)
        if took > MOST_S:
            faults += 1
            sys.stdout.write(f"seed {seed}, input {number} ({kind}) took {took:.1f} s of the processor\n")
    said = ", ".join(f"{n:,} {kind}" for kind, n in sorted(counts.items()))
    sys.stdout.write(f"{sum(counts.values()):,} definitions in {minutes:g} minutes with seed {seed}: {said}\n")
    sys.stdout.write(f"slowest {slowest:.2f} s of the processor; {faults} not answered as they should be\n")
    return faults


def main() -> int:
    """Read what is asked for, and go."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    return 1 if run(asked.minutes, asked.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
