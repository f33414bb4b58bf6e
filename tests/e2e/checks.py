"""A test of several cases: each runs whatever became of the others, and the last line is the verdict."""
import contextlib
import sys
import time
import traceback


class Checks:
    def __init__(self):
        self.passed, self.failed = 0, []

    @contextlib.contextmanager
    def case(self, sentence):
        start = time.monotonic()
        try:
            yield
        except Exception:
            self.failed.append(sentence)
            print(f"FAIL  {sentence}\n{traceback.format_exc()}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {sentence}  ({time.monotonic() - start:.1f} s)", flush=True)

    def end(self):
        print(f"{self.passed} passed, {len(self.failed)} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def equal(found, expected, what=""):
    assert found == expected, f"{what or 'found'}: {found!r}, expected {expected!r}"


def contains(text, *parts):
    for part in parts:
        assert part in text, f"{part!r} is not in {text!r}"
