#!/usr/bin/env python3
"""Fails when a folder of src/ looks sideways, upward, at the world, or into another room."""
import pathlib, re, sys

ROOM_OF_LIBRARY = {  # Prefix of the include, and the one folder whose sources may use it.
    "xxhash.h": "merkle", "capnp/": "wire", "kj/": "wire", "schema/": "wire", "rocksdb/": "store",
    "uv.h": "net", "openssl/": "net", "hiredis/": "api", "microhttpd.h": "api", "nlohmann/": "api",
    "toml": "config", "CLI/": "config", "prometheus/": "observe", "spdlog/": "observe",
    "systemd/": "app", "jemalloc/": "app"}
PURE = set("""algorithm array bit charconv chrono compare concepts cstddef cstdint cstring deque expected
    functional initializer_list iterator limits list map memory numeric optional queue ranges set span
    string string_view tuple type_traits utility variant vector version""".split())
OF_THE_WORLD = re.compile(  # What the headers above still let through.
    r"\b(now|s?rand|getenv)\(|\b(thread_local|throw|catch|double|float|co_(await|yield|return))\b")
EVERYWHERE = re.compile(r"\busing namespace\b(?!.*literals)|\bnew[ (]|\bdelete \w")


def level_of_folders(root):
    rows = re.findall(r"^floor\((.*)\)$", (root / "CMakeLists.txt").read_text(), re.M)
    return {folder: level for level, row in enumerate(rows) for folder in row.split()}


def violations(root):
    level_of = level_of_folders(root)
    for path in sorted([*root.glob("src/**/*.h"), *root.glob("src/**/*.cc")]):
        folder = path.relative_to(root / "src").parts[0]
        if folder not in level_of or len(path.relative_to(root).parts) != 3:
            yield path, 1, "lies on no floor: src/<folder>/<file>"
            continue
        below = level_of[folder] <= level_of["node"] and path.name != "assert.cc"
        text = re.sub(r"/\*.*?\*/", lambda block: "\n" * block[0].count("\n"), path.read_text(), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            code = re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]
            if EVERYWHERE.search(code) or "TODO(now)" in line:
                yield path, number, "banned"
            if below and OF_THE_WORLD.search(code):
                yield path, number, "banned below the waterline"
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not include:
                continue
            target, other = include[2], include[2].split("/")[0]
            if other != folder and level_of.get(other, -1) >= level_of[folder]:
                yield path, number, f"{folder} may not include {target}"
            if include[1] == '"' and other not in level_of and other != "schema":
                yield path, number, "write the full path from src/"
            rooms = [room for prefix, room in ROOM_OF_LIBRARY.items() if target.startswith(prefix)]
            if rooms and (folder not in rooms or path.suffix == ".h"):
                yield path, number, f"{target} lives in src/{rooms[0]}/*.cc only"
            if below and include[1] == "<" and target not in PURE and not rooms:
                yield path, number, f"<{target}> is of the world, above the waterline"


if __name__ == "__main__":
    root = pathlib.Path(__file__).resolve().parents[2]
    found = [f"{path.relative_to(root)}:{line}: {what}" for path, line, what in violations(root)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
