"""What a world's counts must say, by what its browsers and disks know: nothing lost, nothing twice, nothing invented.

May not know what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.world import Letter, World

EVENT = "event/b"
_EVENTS = "SELECT what, sum(n) FROM counts_cell WHERE dimension = '' AND what LIKE 'event/b%' GROUP BY what"
_MARKS = "SELECT sequence, hash FROM counts_watermark"


@dataclass(frozen=True)
class Verdict:
    """What is wrong; nothing where all is right. And by how much the world was put to the test."""

    complaints: tuple[str, ...]
    lost: int
    double: int
    kept: int
    """Beacons that some relay said it keeps."""
    excused: int
    set_aside: int
    duplicates: int

    @property
    def is_right(self) -> bool:
        """Whether the counts say what they must."""
        return not self.complaints


@dataclass
class Books:
    """Looks at the counts after every commit."""

    world: World
    commits: int = 0

    def __post_init__(self) -> None:
        """Be told of every commit."""
        self.world.database.after_commit = self.look

    def look(self) -> None:
        """At any moment: nothing twice, and nothing that nobody wrote."""
        self.commits += 1
        for what, n in self.world.database.ask(_EVENTS):
            if n != 1:
                self.world.complaints.append(f"{what} is counted {n} times")
            elif int(what.removeprefix(EVENT)) >= len(self.world.letters):
                self.world.complaints.append(f"{what} was never written")


def judge(world: World) -> Verdict:
    """Compare the counts with what was kept."""
    counted = {int(what.removeprefix(EVENT)): n for what, n in world.database.ask(_EVENTS)}
    aside = world.set_aside()
    kept = [letter for letter in world.letters if letter.kept_by]
    lost = [
        letter
        for letter in kept
        if letter.number not in counted and letter.nonce not in aside and letter.nonce not in world.excused
    ]
    double = sum(n - 1 for n in counted.values() if n > 1)
    complaints = list(dict.fromkeys(world.complaints))
    complaints += [f"b{letter.number}, kept by {sorted(letter.kept_by)}, is lost" for letter in lost]
    complaints += _sums(world, [world.letters[number] for number in counted])
    complaints += _balance(world)
    duplicates = world.database.ask("SELECT coalesce(sum(duplicate), 0) FROM counts_book")[0][0]
    spoiled = sum(letter.nonce in world.excused for letter in kept)
    return Verdict(tuple(complaints), len(lost), double, len(kept), spoiled, len(aside), duplicates)


def _sums(world: World, counted: list[Letter]) -> list[str]:
    """Whether every other cell tells of the same beacons."""
    expected = {"visitors": len(counted), "views": len(counted)}
    expected["converted/purchase"] = sum(letter.amount for letter in counted)
    for arm in ("bold", "control"):
        own = [letter for letter in counted if letter.arm == arm]
        expected[f"exposed/hero/{arm}"] = len(own)
        expected[f"converted/purchase/hero/{arm}"] = sum(letter.amount for letter in own)
    rows = world.database.ask(
        "SELECT what, sum(CASE WHEN what LIKE 'converted/%' THEN total ELSE n END) FROM counts_cell "
        "WHERE dimension = '' AND what NOT LIKE 'event/%' GROUP BY what"
    )
    found = dict(rows)
    return [f"{what} is {found.get(what, 0)} instead of {n}" for what, n in expected.items() if found.get(what, 0) != n]


def _balance(world: World) -> list[str]:
    """Whether each beacon of every committed frame stands in the books once."""
    columns = ("accepted", "counted", "duplicate", "rejected", "quarantined", "declared_lost")
    wanted = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
    accepted, *outcomes = world.database.ask(f"SELECT {wanted} FROM counts_book")[0]
    complaints = [] if accepted == sum(outcomes) else [f"{accepted} beacons came, of {sum(outcomes)} it is known where"]
    written = {frame.hash: frame for frame in world.written}
    committed = 0
    for sequence, hashed in world.database.ask(_MARKS):
        for _ in range(sequence):
            frame = written.get(hashed)
            if frame is None:
                return complaints  # declared lost without a trace
            committed += frame.beacons
            hashed = frame.previous_hash
    unknown = bool(world.excused) and accepted < committed
    if committed != accepted and not unknown:  # of a frame whose head is spoiled too, nobody can tell how many it held
        complaints.append(f"{committed} beacons were committed, {accepted} stand in the books")
    return complaints
