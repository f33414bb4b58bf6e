#!/usr/bin/env python3
"""All rules of the house that a script can hold. Prints each violation and fails if there is one.

--look also prints the five longest functions and files: places to look, never a failure.
"""
import pathlib, re, shutil, subprocess, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import floors

CODE = ("src", "tests", "tools")


def sources(root, *suffixes):
    return sorted(path for folder in CODE for suffix in suffixes
                  for path in (root / folder).glob(f"**/*{suffix}"))


def headers_nobody_includes(root):
    included = set()
    for path in sources(root, ".cc", ".h"):
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.M):
            included.add(name)
            included.add(str((path.parent / name).resolve().relative_to(root.resolve()))
                         if (path.parent / name).exists() else name)
    for path in sources(root, ".h"):
        full = path.relative_to(root)
        names = {str(full), *(str(full.relative_to(base)) for base in ("src", "tests")
                              if full.parts[0] == base)}
        if not names & included:
            yield path, 1, "nobody includes this header"


def sources_without_test(root):
    level_of = floors.level_of_folders(root)
    for folder, level in level_of.items():
        if level > level_of["node"]:
            continue
        for path in sorted((root / "src" / folder).glob("*.cc")):
            test = root / "tests" / "unit" / folder / f"{path.stem}_test.cc"
            if path.name != "assert.cc" and not test.exists():
                yield path, 1, f"below the waterline and without {test.relative_to(root)}"


def not_formatted(root):
    files = sources(root, ".cc", ".h")
    if not files:
        return
    if not shutil.which("clang-format"):
        yield root / ".clang-format", 1, "clang-format is not installed"
        return
    run = subprocess.run(["clang-format", "--dry-run", *files], capture_output=True, text=True, cwd=root)
    seen = set()
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: warning: .*clang-format-violations", run.stderr, re.M):
        if path not in seen:  # One line a file: what mends them is the same command.
            seen.add(path)
            yield pathlib.Path(root, path), int(line), "not formatted, run tools/dev format"


def structs_of_schema(root):
    """{name: (path, line, names of the structs that are plain parts of it)} of all top-level structs.

    An alternative of a union is a message of its own, not a part.
    """
    structs = {}
    for schema in sorted(root.glob("schema/*.capnp")):
        inside = []
        for number, line in enumerate(schema.read_text().splitlines(), 1):
            code = line.split("#")[0]
            if struct := re.match(r"struct (\w+)", code):
                parts = set()
                structs[struct[1]] = (schema, number, parts)
            field = re.search(r"@\d+ *:(?:List\()?(?:\w+\.)?(\w+)", code)
            if field and inside and inside[-1] != "union":
                parts.add(field[1])
            for brace in re.findall(r"[{}]", code):
                if brace == "{":
                    inside.append("union" if re.search(r"\bunion\s*\{", code) else "struct")
                elif inside:
                    inside.pop()
    return structs


def structs_without_counterpart(root):
    """schema/p.capnp is read in three more places; a struct that lacks one is half a message."""
    def text_of(*patterns):
        return "\n".join(path.read_text(errors="replace") for pattern in patterns
                         for path in sorted(root.glob(pattern)) if path.is_file())

    def named(name, text):
        return re.search(rf"\b{name}\b", text)

    declared = text_of("src/*/*.h")
    codecs = text_of("src/wire/*.cc")
    golden = text_of("tests/golden/**/*.cc", "tests/golden/**/*.h")
    structs = structs_of_schema(root)
    frozen = {name for name in structs if named(name, golden)}
    while more := {part for name in frozen for part in structs[name][2] if part in structs} - frozen:
        frozen |= more
    for name, (schema, line, _) in structs.items():
        if not re.search(rf"\b(struct|class) {name}\b|\busing {name}\b", declared + codecs):
            yield schema, line, f"{name} has no type of this name in src/"
        if not named(name, codecs):
            yield schema, line, f"{name} has no codec in src/wire"
        if name not in frozen:
            yield schema, line, f"{name} has no golden bytes in tests/golden"


RULES = [floors.violations, headers_nobody_includes, sources_without_test, not_formatted,
         structs_without_counterpart]


def functions(path):
    """(length, first line, name) of what looks like a function in formatted code."""
    lines = path.read_text().splitlines()
    for start, line in enumerate(lines):
        if not line.endswith("{") or not re.match(r"(  )?\S", line):
            continue
        first = start
        while first > 0 and lines[first - 1].strip() and lines[first - 1][-1] not in ";{}:/" \
                and not lines[first - 1].lstrip().startswith(("//", "#")):
            first -= 1
        head = " ".join(part.strip() for part in lines[first:start + 1])
        name = re.search(r"([\w:~]+|operator\S+|TEST_CASE)\(", head)
        if not name or re.match(r"(if|for|while|switch|else|do|return|namespace|class|enum)\b", head):
            continue
        indent = re.match(r" *", lines[first])[0]
        end = next((number for number in range(start, len(lines)) if lines[number].startswith(indent + "}")),
                   start)
        yield end - first + 1, first + 1, name[1]


def look(root):
    files = sources(root, ".cc", ".h")
    longest = sorted(((length, path, line, name) for path in files
                      for length, line, name in functions(path)), reverse=True)[:5]
    print("longest functions:")
    for length, path, line, name in longest:
        print(f"  {length:4} lines  {path.relative_to(root)}:{line}  {name}")
    print("longest files:")
    for length, path in sorted(((len(path.read_text().splitlines()), path) for path in files), reverse=True)[:5]:
        print(f"  {length:4} lines  {path.relative_to(root)}")


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    if "--look" in sys.argv[1:]:
        look(root)
    found = [violation for rule in RULES for violation in rule(root)]
    for path, line, what in found:
        print(f"{path.relative_to(root)}:{line}: {what}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
