"""Compiling one site, beside reading its YAML alone; and what comparing 100 experiments by twos adds.

Every figure of a table is of one run: the ratios are what counts. May not know how a pass works.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from ruamel.yaml import YAML

from config_compiler.check import check
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.finding import Problems
from config_compiler.overlap.visits import Disjoint, Meet, Meetings, reach_of
from config_compiler.parse import parse
from config_compiler.rules import overlap
from config_compiler.source import Source
from domain.site import Site
from tests.stand_in import RUNTIME

ROUNDS = 5

SITE = """site: shop
domains: [shop.example, "*.shop.example"]
timezone: Europe/Berlin
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: purchase, on: {event: purchase}, value: amount, currency: EUR, cap: 500}
"""

EXPERIMENT = """experiment: x{n}
name: Experiment number {n}
hypothesis: A shorter headline makes more visitors sign up.
status: running
pages: {{include: [{include}], exclude: ["/{section}/old/*"]}}
audience: {{all: [{{device: {device}}}, {{country: [DE, AT, {country}]}}, {{not: {{query.preview: "1"}}}}]}}
traffic: 100%
goals: {{primary: signup, secondary: [purchase]}}
variations:
  - {{key: control, weight: 50%}}
  - key: bold
    weight: 50%
    changes:
      - {{select: "h1.hero{n}", text: "Buy now {n}"}}
      - {{select: "a.cta{n}", style: {{background-color: "#e33", border-radius: 4px}}, add-class: pulse}}
      - {{select: "img.hero{n}", attributes: {{src: "/b{n}.jpg", alt: "Boots"}}}}
"""

SECTIONS = ("shop", "blog", "help", "landing", "account")


def site(count: int) -> Source:
    """A site with so many running experiments, of which some meet."""
    files = {"site.yaml": SITE}
    return Source(files | {f"experiments/x{n}.yaml": EXPERIMENT.format(**_parts(n)) for n in range(count)})


def _parts(n: int) -> dict[str, object]:
    section = SECTIONS[n % 5]
    include = (
        f'"/{section}/*"',
        f'"regex:^/{section}/[a-z]+/[0-9]{{1,{n % 7 + 1}}}$"',
        f'"/{section}/p{n}", "/*/p{n}"',
    )
    return {
        "n": n,
        "section": section,
        "include": include[n % 3],
        "device": ("mobile", "desktop", "[mobile, tablet]")[n // 5 % 3],
        "country": ("CH", "FR", "US", "BR")[n % 4],
    }


def best(task: Callable[[], object]) -> float:
    """Seconds of the processor that the fastest of some rounds takes."""
    return min(_timed(task) for _ in range(ROUNDS))


def _timed(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


def read_alone(source: Source) -> None:
    """Every event of the parser that the compiler uses."""
    for name in source.files:
        for _ in YAML(typ="safe", pure=True).parse(source.text(name)):
            pass


def compiled(source: Source) -> Compiled:
    """All of it; a site that is refused is no measure."""
    result = compile_site(source, None, RUNTIME, Deployment("https://relay.example"))
    assert isinstance(result, Compiled), result.findings[:3]
    return result


def main() -> int:
    """Print both tables."""
    _compiling()
    _comparing()
    return 0


def _compiling() -> None:
    print("| site with 20 experiments | ms | ratio |\n|---|---|---|")
    source = site(20)
    alone, whole = best(lambda: read_alone(source)), best(lambda: compiled(source))
    print(f"| its YAML read by the parser alone | {alone * 1e3:.1f} | 1.0 |")
    print(f"| checked and compiled | {whole * 1e3:.1f} | {whole / alone:.1f} |\n")


def _comparing() -> None:
    source = site(100)
    problems = Problems()
    definition = parse(source, problems)
    meant = check(definition, None, problems)
    assert meant is not None
    added = best(lambda: list(overlap.find(definition, meant)))
    judged = list(_verdicts(meant))
    counts = ", ".join(f"{judged.count(kind)} {kind}" for kind in ("disjoint", "meet", "unknown"))
    whole = best(lambda: compiled(source))
    print(f"| site with 100 experiments, {len(judged)} pairs: {counts} | ms | of all |\n|---|---|---|")
    print(f"| compared by twos | {added * 1e3:.0f} | {added / whole:.2f} |")
    print(f"| checked and compiled | {whole * 1e3:.0f} | 1.00 |")


def _verdicts(meant: Site) -> Iterator[str]:
    site_of, reaches = Meetings(meant.domains, meant.timezone), [reach_of(x) for x in meant.experiments]
    for i, one in enumerate(reaches):
        for other in reaches[i + 1 :]:
            verdict = site_of.judge(one, other)
            yield "disjoint" if isinstance(verdict, Disjoint) else "meet" if isinstance(verdict, Meet) else "unknown"


if __name__ == "__main__":
    sys.exit(main())
