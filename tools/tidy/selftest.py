#!/usr/bin/env python3
"""Plants a violation of each rule of the house and expects that the rule notices.

Each plant goes into a fresh copy of the house; what was wrong before does not count.
"""
import pathlib, shutil, subprocess, sys, tempfile, textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where it is planted, what, and the words that the rule must say about it.
PLANTS = [
    # Stairs.
    ("src/core/planted.h", '#include "merkle/planted.h"', "core may not include merkle/planted.h"),
    ("src/gossip/planted.cc", '#include "reconcile/messages.h"', "gossip may not include reconcile/"),
    ("src/merkle/planted.h", '#include "ports/store.h"', "merkle may not include ports/store.h"),
    ("src/node/planted.h", '#include "app/assembly.h"', "node may not include app/assembly.h"),
    ("src/core/planted.h", '#include "stamp.h"', "write the full path from src/"),
    ("src/elsewhere/planted.h", "", "lies on no floor"),
    ("src/core/deep/planted.h", "", "lies on no floor"),
    # Rooms.
    ("src/core/planted.cc", "#include <xxhash.h>", "xxhash.h lives in src/merkle/*.cc only"),
    ("src/merkle/planted.h", "#include <xxhash.h>", "xxhash.h lives in src/merkle/*.cc only"),
    ("src/node/planted.cc", "#include <capnp/message.h>", "lives in src/wire/*.cc only"),
    ("src/node/planted.cc", '#include "schema/gossip.capnp.h"', "lives in src/wire/*.cc only"),
    ("src/api/planted.cc", "#include <rocksdb/db.h>", "lives in src/store/*.cc only"),
    ("src/store/planted.h", "#include <rocksdb/db.h>", "lives in src/store/*.cc only"),
    ("src/api/planted.cc", "#include <uv.h>", "uv.h lives in src/net/*.cc only"),
    ("src/app/planted.cc", "#include <openssl/ssl.h>", "lives in src/net/*.cc only"),
    ("src/net/planted.cc", "#include <hiredis/read.h>", "lives in src/api/*.cc only"),
    ("src/observe/planted.cc", "#include <microhttpd.h>", "lives in src/api/*.cc only"),
    ("src/config/planted.cc", "#include <nlohmann/json.hpp>", "lives in src/api/*.cc only"),
    ("src/app/planted.cc", "#include <toml.hpp>", "lives in src/config/*.cc only"),
    ("src/app/planted.cc", "#include <CLI/CLI.hpp>", "lives in src/config/*.cc only"),
    ("src/app/planted.cc", "#include <prometheus/registry.h>", "lives in src/observe/*.cc only"),
    ("src/net/planted.cc", "#include <spdlog/spdlog.h>", "lives in src/observe/*.cc only"),
    ("src/net/planted.cc", "#include <systemd/sd-daemon.h>", "lives in src/app/*.cc only"),
    ("src/store/planted.cc", "#include <jemalloc/jemalloc.h>", "lives in src/app/*.cc only"),
    # The world.
    ("src/core/planted.cc", "#include <thread>", "<thread> is of the world"),
    ("src/node/planted.cc", "#include <random>", "<random> is of the world"),
    ("src/gossip/planted.cc", "#include <unordered_map>", "<unordered_map> is of the world"),
    ("src/node/planted.cc", "auto t = std::chrono::steady_clock::now();", "banned below the waterline"),
    ("src/node/planted.cc", 'auto home = getenv("HOME");', "banned below the waterline"),
    ("src/merkle/planted.cc", "double half = 0.5;", "banned below the waterline"),
    ("src/reconcile/planted.cc", "void f() { throw 1; }", "banned below the waterline"),
    ("src/pacing/planted.cc", "thread_local int i;", "banned below the waterline"),
    ("src/membership/planted.cc", "int r = rand();", "banned below the waterline"),
    # Everywhere.
    ("src/app/planted.cc", "using namespace std;", "banned"),
    ("src/app/planted.cc", "int* i = new int;", "banned"),
    ("src/app/planted.cc", "void f(int* i) { delete i; }", "banned"),
    ("src/app/planted.cc", "// TODO(now): later", "banned"),
    # Company.
    ("src/config/planted.h", "#pragma once", "nobody includes this header"),
    ("tests/planted.h", "#pragma once", "nobody includes this header"),
    ("src/pacing/planted.cc", "int i;", "without tests/unit/pacing/planted_test.cc"),
    ("src/app/planted.cc", "int   i ;", "not formatted"),
    ("tests/unit/core/planted_test.cc", "int " + "i" * 100 + "   = 1;", "not formatted"),
    ("schema/planted.capnp", "struct PlantedOne {}", "no type of this name"),
    ("schema/planted.capnp", "struct PlantedOne {}", "no codec"),
    ("schema/planted.capnp", "struct PlantedOne {}", "no golden bytes"),
]

# What looks like a violation and is none.
INNOCENT = [
    ("src/core/planted.cc", '// now() and throw\nconst char* text = "new double()";'),
    ("src/core/planted.cc", "/* using namespace std;\n   double */"),
    ("src/merkle/planted.cc", "#include <xxhash.h>"),
    ("src/wire/planted.cc", '#include "schema/gossip.capnp.h"'),
    ("src/node/planted.cc", '#include "reconcile/messages.h"'),
    ("src/app/planted.cc", "#include <thread>"),
    ("src/api/planted.cc", "using namespace std::literals;"),
    ("src/core/planted.cc", "#include <expected>"),
]
ABOUT_COMPANY = ("nobody includes", "without tests/unit", "not formatted")


def said(root, planted):
    """What all rules say about the planted file."""
    return [what for rule in tidy.RULES for path, _, what in rule(root)
            if path.resolve() == planted.resolve()]


def stairs_hold_when_linking(scratch):
    """A call upward that no include betrays must not link."""
    house = scratch / "house"
    for path, text in {
        "CMakeLists.txt": """
            cmake_minimum_required(VERSION 3.31)
            project(house CXX)
            include(floor.cmake)
            add_library(starling_testing INTERFACE)
            floor(core)
            floor(node)
            """,
        "src/core/low.cc": "int upstairs();\nint low() { return upstairs(); }\n",
        "src/node/high.cc": "int upstairs() { return 1; }\n",
        "tests/unit/main.cc": "int low();\nint main() { return low(); }\n",
        "tests/unit/core/low_test.cc": "",
    }.items():
        (house / path).parent.mkdir(parents=True, exist_ok=True)
        (house / path).write_text(textwrap.dedent(text))
    shutil.copy(ROOT / "tools/cmake/floor.cmake", house)

    def build():
        return subprocess.run("cmake -G Ninja -B build . && cmake --build build", shell=True, cwd=house,
                              capture_output=True, text=True)

    upward = build()
    (house / "src/core/low.cc").write_text("int low() { return 1; }\n")
    level = build()
    if upward.returncode == 0 or "undefined reference" not in upward.stdout + upward.stderr:
        yield "a call up the stairs links"
    if level.returncode != 0:
        yield "a house without such a call does not link:\n" + level.stdout + level.stderr


def main():
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        # One copy serves all plants: each is taken out again. Formatting is asked of the plants
        # only, one run over the whole house for each would take minutes.
        house = scratch / "copy"
        for folder in ("src", "tests", "schema"):
            if (ROOT / folder).exists():
                shutil.copytree(ROOT / folder, house / folder)
        for name in ("CMakeLists.txt", ".clang-format"):
            shutil.copy(ROOT / name, house)
        formatted = tidy.not_formatted
        planted_now = []

        def only_planted(root):
            everything = tidy.sources
            tidy.sources = lambda _, *suffixes: [p for p in planted_now if p.suffix in suffixes]
            try:
                yield from formatted(root)
            finally:
                tidy.sources = everything

        tidy.RULES[tidy.RULES.index(formatted)] = only_planted

        def plant(where, text):
            path = house / where
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
            planted_now[:] = [path]
            found = said(house, path)
            path.unlink()
            return found

        for where, text, expected in PLANTS:
            found = plant(where, text)
            if not any(expected in what for what in found):
                failures.append(f"{where}: {text!r} should say {expected!r}, said {found}")
        for where, text in INNOCENT:
            found = [what for what in plant(where, text)
                     if not any(word in what for word in ABOUT_COMPANY)]
            if found:
                failures.append(f"{where}: {text!r} is innocent, yet: {found}")
        failures += stairs_hold_when_linking(scratch)
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"{len(PLANTS)} plants, {len(INNOCENT)} innocents, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
