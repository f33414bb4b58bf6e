"""How the story is told: chapters, facts, tables, and progress while something takes its time."""
import sys
import time


class Teller:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.replaces = out.isatty()
        self.chapters = 0
        self.shown_at = 0.0

    def chapter(self, title):
        self.chapters += 1
        self._print(f"\n{self.chapters}. {title}")

    def fact(self, text):
        self._print(f"   {text}")

    def quote(self, command, output, lines_max=12):
        """A command as one would type it, and what it printed."""
        self._print(f"   $ {command}")
        lines = output.rstrip("\n").splitlines()
        for line in lines[:lines_max]:
            self._print(f"   {shortened(line, 140)}")
        if len(lines) > lines_max:
            self._print(f"   … {len(lines) - lines_max:,} lines more")

    def table(self, header, rows):
        rows = [header, *[[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
                          for row in rows]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
        for row in rows:
            first, *others = zip(row, widths)
            cells = [first[0].ljust(first[1]), *[cell.rjust(width) for cell, width in others]]
            self._print("   " + "  ".join(cells))

    def progress(self, text):
        """Replaces itself on a terminal; else a line now and then."""
        pause = 0.1 if self.replaces else 5
        if time.monotonic() - self.shown_at < pause:
            return
        self.shown_at = time.monotonic()
        if self.replaces:
            print(f"\r\033[K   {text}", end="", file=self.out, flush=True)
        else:
            print(f"   … {text}", file=self.out, flush=True)

    def _print(self, text):
        print(("\r\033[K" if self.replaces else "") + text, file=self.out, flush=True)
        self.shown_at = time.monotonic()


def shortened(text, columns):
    return text if len(text) <= columns else text[:columns - 1] + "…"


def megabytes(size):
    return f"{size / (1 << 20):,.1f} MiB"


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "none"
