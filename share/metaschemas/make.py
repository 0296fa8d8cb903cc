#!/usr/bin/env python3
"""The metaschemas in this folder as C data: make.py > lib/json/schema/meta_data.c

The JSON files are the specifications' own text. A title, description or comment says nothing to a
validator and is left out."""
import glob
import json
import os

WIDTH = 92
HERE = os.path.dirname(os.path.abspath(__file__))


def pieces(text):
    """C string literals of at most WIDTH columns each."""
    line = ""
    for c in text:
        c = {'"': '\\"', "\\": "\\\\"}.get(c, c)
        if len(line) + len(c) > WIDTH - 12:
            yield line
            line = ""
        line += c
    yield line


print("/* json/schema/meta_data.c -- made by share/metaschemas/make.py from the files there. */")
print('#include "json/schema/meta.h"\n')
print("const struct meta metas[] = {")
for path in sorted(glob.glob(HERE + "/*.json")):
    doc = json.load(open(path))
    for word in ("title", "description", "$comment"):
        doc.pop(word, None)
    uri = (doc.get("$id") or doc["id"]).rstrip("#")
    print('    {"%s",' % uri)
    for piece in pieces(json.dumps(doc, separators=(",", ":"), ensure_ascii=True)):
        print('     "%s"' % piece)
    print("    },")
print("    {NULL, NULL},\n};")
