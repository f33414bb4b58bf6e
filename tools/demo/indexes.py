"""The package indexes of two Debian releases, as apt knows them, or a generated pair of that shape.

apt does the work: it fetches, checks signatures and unpacks into a folder of ours, from the mirror
that this system is configured for. That folder is the cache: nothing is fetched twice.
"""
import dataclasses
import os
import pathlib
import random
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
RELEASES = ("bookworm", "trixie")
PATIENCE = 120  # Seconds for one release: who is offline shall not wait for long.


@dataclasses.dataclass
class Index:
    release: str
    records: dict  # b"pkg/<name>" -> stanza
    repeated: int  # Stanzas whose name came again later.
    is_generated: bool = False

    def size(self):
        return sum(len(key) + len(stanza) for key, stanza in self.records.items())


class NotInReach(Exception):
    """No package index, and why."""


def fetch(folder):
    """Brings both releases into `folder` unless they are there. Raises NotInReach."""
    for release in RELEASES:
        if not _file_of(folder, release):
            _update(folder, release)
        if not _file_of(folder, release):
            raise NotInReach(f"apt knows no package index of {release}")


def load(folder):
    """The two indexes, from what fetch() has left in `folder`; generated ones when that is nothing."""
    files = [_file_of(folder, release) for release in RELEASES]
    if not all(files):
        return generate()
    return [_parse(release, _apt("/usr/lib/apt/apt-helper", "cat-file", file))
            for release, file in zip(RELEASES, files)]


# ---- apt --------------------------------------------------------------------------------------
def _apt(*words, timeout=PATIENCE):
    """The output, in bytes."""
    try:
        return subprocess.run(words, capture_output=True, check=True, timeout=timeout,
                              env={**os.environ, "LC_ALL": "C"}).stdout
    except subprocess.CalledProcessError as error:
        raise NotInReach(error.stderr.decode(errors="replace").strip()) from error
    except subprocess.TimeoutExpired as error:
        raise NotInReach(f"{words[0]} took more than {timeout} s") from error
    except OSError as error:
        raise NotInReach(f"{words[0]}: {error.strerror}") from error


def _private(folder, release):
    """Options that keep apt off this system's own state."""
    here = pathlib.Path(folder).resolve() / release
    return ["-o", f"Dir::State::Lists={here}/lists", "-o", f"Dir::Cache={here}/cache",
            "-o", f"Dir::Etc::SourceList={here}/sources.list", "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none",
            "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15"]


def _targets(options, form, *wanted):
    form = "|".join(f"$({field})" for field in form)
    lines = _apt("apt-get", *options, "indextargets", "--format", form,
                 "Created-By: Packages", "Component: main", "Architecture: amd64", *wanted)
    return [line.split("|") for line in lines.decode().splitlines()]


def _file_of(folder, release):
    """The index as apt has stored it, compressed or not; None when it has not."""
    if not (pathlib.Path(folder) / release / "sources.list").exists():
        return None
    targets = _targets(_private(folder, release), ["FILENAME"], f"Codename: {release}")
    return next((file for file, in targets if pathlib.Path(file).exists()), None)


def _update(folder, release):
    """Reads `release` from the mirror that this system has for its own packages."""
    targets = _targets(["--no-release-info"], ["REPO_URI", "SIGNED_BY", "TARGET_OF"])
    own = [(uri, key) for uri, key, kind in targets
           if kind == "deb" and "security" not in uri]
    if not own:
        raise NotInReach("this system has no source of Debian packages")
    uri, key = own[0]
    here = pathlib.Path(folder) / release
    for part in ("lists/partial", "cache/archives/partial"):
        (here / part).mkdir(parents=True, exist_ok=True)
    options = "arch=amd64" + (f" signed-by={key}" if key.startswith("/") else "")
    (here / "sources.list").write_text(f"deb [{options}] {uri} {release} main\n")
    _apt("apt-get", *_private(folder, release), "-q", "--error-on=any", "update")


def _parse(release, text):
    """Where a name stands twice, the stanza that comes last counts, as with two SETs."""
    records, count = {}, 0
    for stanza in text.split(b"\n\n"):
        if found := re.search(rb"^Package: (\S+)$", stanza, re.MULTILINE):
            records[b"pkg/" + found[1]] = stanza.strip(b"\n") + b"\n"
            count += 1
    return Index(release, records, count - len(records))


def section_of(stanza):
    found = re.search(rb"^Section: (?:\S+/)?(\S+)$", stanza, re.MULTILINE)
    return found[1].decode() if found else ""


# ---- generated --------------------------------------------------------------------------------
SECTIONS = ("admin", "devel", "doc", "editors", "fonts", "games", "libs", "net", "python", "utils")
GENERATED_NAMES = 77_000
SHARE_IN_BOTH, SHARE_CHANGED, SHARE_OLD_ONLY = 0.71, 0.80, 0.11


def generate(names=GENERATED_NAMES, seed=1):
    """Two sets as alike as two releases are: most names in both, most of those with a new version."""
    dice = random.Random(seed)
    old, new = {}, {}
    for number in range(names):
        key = b"pkg/made-%06x" % (number * 2_654_435_761 % (1 << 24))
        stanza = _made_stanza(dice, key[4:].decode(), 1)
        lot = dice.random()
        if lot < SHARE_IN_BOTH + SHARE_OLD_ONLY:
            old[key] = stanza
        if lot < SHARE_IN_BOTH:
            changed = dice.random() < SHARE_CHANGED
            new[key] = _made_stanza(dice, key[4:].decode(), 2) if changed else stanza
        elif key not in old:
            new[key] = stanza
    return [Index("older", old, 0, True), Index("newer", new, 0, True)]


def _made_stanza(dice, name, version):
    """A few hundred bytes usually, tens of thousands seldom."""
    length = int(dice.lognormvariate(6.2, 0.55))
    if dice.random() < 0.0005:
        length = min(length * 60, 75_000)
    description = dice.randbytes(length // 2).hex()
    return (f"Package: {name}\nVersion: {version}.{dice.randrange(40)}-1\nArchitecture: amd64\n"
            f"Section: {dice.choice(SECTIONS)}\nInstalled-Size: {dice.randrange(1, 90_000)}\n"
            f"Description: {description}\n").encode()
