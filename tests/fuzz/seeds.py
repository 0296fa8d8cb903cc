#!/usr/bin/env python3
"""seeds.py KIND DATA OUT -- inputs to begin with, from the test data in DATA.

KIND is schema, compare, pattern, format or logic.  DATA holds json-schema-test-suite/, bench-schemas/ and
jsonlogic/; what is missing is left out.  One file in OUT for each group of the suite, as the harness reads
it: a line, then the rest.
"""

import glob
import hashlib
import json
import os
import sys

DIALECTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
}


def groups(data):
    for path in sorted(glob.glob(data + "/json-schema-test-suite/tests/draft*/**/*.json", recursive=True)):
        draft = path.split("/tests/")[1].split("/")[0]
        with open(path, encoding="utf-8") as f:
            for group in json.load(f):
                yield draft, group


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def of_schema(data):
    for draft, group in groups(data):
        schema = group["schema"]
        if isinstance(schema, dict) and draft in DIALECTS:
            schema = {"$schema": DIALECTS[draft], **schema}
        tests = group["tests"]
        # one that fits and one that does not, when there are both
        for valid in (True, False):
            for test in [t for t in tests if t["valid"] == valid][:1]:
                yield text(schema), text(test["data"])
    for path in sorted(glob.glob(data + "/bench-schemas/*.schema.json")):
        with open(path, encoding="utf-8") as f:
            schema = text(json.load(f))
        for part in ("valid", "invalid"):
            with open(path.replace(".schema.", "." + part + "."), encoding="utf-8") as f:
                yield schema, text(json.load(f))


def pairs(seeds):
    """Each schema with the one before it."""
    last = "{}"
    for schema, data in seeds:
        if "\n" not in schema:
            yield last, schema + "\n" + data
            last = schema


def members(value, key):
    """All strings under ${key}, however deep."""
    if isinstance(value, dict):
        for k, v in value.items():
            if k == key and isinstance(v, str):
                yield v
            if k == key == "patternProperties" and isinstance(v, dict):
                yield from v
            yield from members(v, key)
    elif isinstance(value, list):
        for v in value:
            yield from members(v, key)


def of_strings(data, keys):
    for _, group in groups(data):
        lines = [line for key in keys for line in members(group["schema"], key)]
        for test in group["tests"]:
            value = test["data"]
            value = next(iter(value), "") if isinstance(value, dict) else value
            if isinstance(value, str):
                for line in lines:
                    yield line, value


def of_rules(data):
    for path in glob.glob(data + "/jsonlogic/tests.json"):
        with open(path, encoding="utf-8") as f:
            for test in json.load(f):
                if isinstance(test, list):
                    yield text(test[0]), text(test[1])


def main():
    kind, data, out = sys.argv[1:]
    seeds = {
        "schema": lambda: of_schema(data),
        "compare": lambda: pairs(of_schema(data)),
        "pattern": lambda: of_strings(data, ("pattern", "patternProperties")),
        "format": lambda: of_strings(data, ("format",)),
        "logic": lambda: of_rules(data),
    }[kind]()
    for line, rest in seeds:
        if "\n" in line:
            continue
        both = (line + "\n" + rest).encode("utf-8", "surrogatepass")
        name = hashlib.sha1(both).hexdigest()[:16]
        with open(os.path.join(out, "suite-" + name), "wb") as f:
            f.write(both)


main()
