"""What a side of a cut holds, kept in a dictionary, and what two sides differ in, by brute force.

The other half of the demonstration: nothing here knows how Starling finds a difference.
"""
import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Version:
    written: int  # The number of the step that wrote it: every step is later than the one before.
    value: bytes | None  # None: deleted.


class Side:
    """The records of the nodes on one side, by what clients were told to have written there."""

    def __init__(self):
        self.versions = {}

    def set(self, step, records):
        for key, value in records.items():
            self.versions[key] = Version(step, value)

    def delete(self, step, keys):
        """Only what is live here: deleting anything else writes nothing."""
        for key in keys:
            if self.is_live(key):
                self.versions[key] = Version(step, None)

    def is_live(self, key):
        return key in self.versions and self.versions[key].value is not None

    def live_count(self):
        return sum(version.value is not None for version in self.versions.values())


class Difference:
    """Two sides, compared key by key.

    A key written on both sides differs even where the values are equal: it has two stamps, and the
    replicas are equal only when they agree on one.
    """

    def __init__(self, a, b):
        self.kinds = collections.Counter()
        self.keys = set()
        self.winners = {}  # key -> the version that both sides must have in the end
        self.bytes = 0  # Of the keys and values that one of the sides does not have yet.
        self.to_a, self.to_b = 0, 0  # The same, by who lacks them.
        for key in a.versions.keys() | b.versions.keys():
            ours, theirs = a.versions.get(key), b.versions.get(key)
            self.winners[key] = max((v for v in (ours, theirs) if v), key=lambda v: v.written)
            if ours != theirs:
                self._add(key, ours, theirs)

    def _add(self, key, ours, theirs):
        self.keys.add(key)
        self.kinds[kind_of(ours, theirs)] += 1
        winner = self.winners[key]
        size = len(key) + len(winner.value or b"")
        self.bytes += size
        if winner == ours:
            self.to_b += size
        else:
            self.to_a += size

    def live_count(self):
        return sum(version.value is not None for version in self.winners.values())


def kind_of(ours, theirs):
    if not theirs:
        return "only_a"
    if not ours:
        return "only_b"
    if ours.value == theirs.value:
        return "stamp"
    return "tombstone" if None in (ours.value, theirs.value) else "value"
