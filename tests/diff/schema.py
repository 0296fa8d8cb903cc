#!/usr/bin/env python3
"""schema.py PROGRAM [COUNT [SEED]] -- generated schemas and instances, judged by PROGRAM
(tests/diff/schema.c) and by python3-jsonschema.  Prints each disagreement and the count; exit 1 when
there is one, 0 with a word when jsonschema is not installed."""
import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("diff schema: skipped, python3-jsonschema is not installed")
    sys.exit(0)

DRAFTS = {
    "https://json-schema.org/draft/2020-12/schema": jsonschema.Draft202012Validator,
    "https://json-schema.org/draft/2019-09/schema": jsonschema.Draft201909Validator,
    "http://json-schema.org/draft-07/schema#": jsonschema.Draft7Validator,
    "http://json-schema.org/draft-06/schema#": jsonschema.Draft6Validator,
}
NAMES = ["a", "b", "c", "foo", "foobar", "a/b"]
PATTERNS = ["^f", "o", "^[a-c]$", "b+$", "^(a|foo)$"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]


def value(r, depth):
    k = r.randrange(8 if depth else 6)
    if k < 6:
        return [None, r.random() < 0.5, r.randint(-3, 6), r.randint(-3, 6) + r.choice([0.0, 0.5]),
                r.choice(NAMES + ["", "\u00e9\U0001f600"]), r.randint(0, 3)][k]
    if k == 6:
        return [value(r, depth - 1) for _ in range(r.randrange(5))]
    return {n: value(r, depth - 1) for n in r.sample(NAMES, r.randrange(5))}


def schema(r, depth, modern, old):
    """${modern}: 2019-09 or later; ${old}: items may be a list."""
    if depth == 0:
        return r.choice([True, False, {}, {"type": r.choice(TYPES)}, {"const": value(r, 0)}])
    sub = lambda: schema(r, depth - 1, modern, old)
    some = lambda: [sub() for _ in range(r.randint(1, 3))]
    named = lambda keys: {k: sub() for k in r.sample(keys, r.randint(1, 3))}
    makers = {
        "type": lambda: r.choice([r.choice(TYPES), r.sample(TYPES, 2)]),
        "enum": lambda: [value(r, 1) for _ in range(r.randint(1, 12))],
        "const": lambda: value(r, 2),
        "minimum": lambda: r.randint(-2, 4), "maximum": lambda: r.randint(-2, 4),
        "exclusiveMinimum": lambda: r.choice([r.randint(-2, 4), 0.5]),
        "exclusiveMaximum": lambda: r.choice([r.randint(-2, 4), 1.5]),
        "multipleOf": lambda: r.choice([1, 2, 3, 0.5]),
        "minLength": lambda: r.randrange(4), "maxLength": lambda: r.randrange(4),
        "pattern": lambda: r.choice(PATTERNS),
        "minItems": lambda: r.randrange(3), "maxItems": lambda: r.randrange(4),
        "uniqueItems": lambda: r.random() < 0.7,
        "minProperties": lambda: r.randrange(3), "maxProperties": lambda: r.randrange(4),
        "required": lambda: r.sample(NAMES, r.randrange(3)),
        "properties": lambda: named(NAMES), "patternProperties": lambda: named(PATTERNS),
        "additionalProperties": sub, "propertyNames": sub, "contains": sub,
        "allOf": some, "anyOf": some, "oneOf": some, "not": sub,
        "if": sub, "then": sub, "else": sub,
        "items": lambda: some() if old and r.random() < 0.5 else sub(),
        "$ref": lambda: "#/definitions/" + r.choice(["x", "y"]),
    }
    if old:
        makers["additionalItems"] = sub
    if not modern:  # later an option of the implementation: ours has it, theirs does not
        makers["dependencies"] = lambda: r.choice([named(NAMES), {"a": ["b"]}])
    if not old:
        # theirs overlooks additionalProperties and others in 2019-09
        makers.update({"prefixItems": some, "unevaluatedItems": sub, "unevaluatedProperties": sub})
    if modern:
        makers.update({
            "minContains": lambda: r.randrange(3), "maxContains": lambda: r.randrange(3),
            "dependentRequired": lambda: {r.choice(NAMES): r.sample(NAMES, 2)},
            "dependentSchemas": lambda: named(NAMES)})
    return {k: makers[k]() for k in r.sample(sorted(makers), r.randint(1, 4))}


def case(r):
    uri = r.choice(sorted(DRAFTS))
    modern, old = "/draft/" in uri, "2020" not in uri
    s = schema(r, 3, modern, old)
    if not isinstance(s, dict):
        s = {"not": s}
    s["$schema"] = uri
    s["definitions"] = {"x": schema(r, 1, modern, old), "y": schema(r, 2, modern, old)}
    return s, value(r, 3)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    cases = [case(r) for _ in range(count)]
    text = "".join(json.dumps(c) + "\n" for c in cases)
    out = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    refused = bad = 0
    for (s, v), ours in zip(cases, out.stdout.splitlines()):
        if ours.startswith("refused"):
            refused += 1
            continue
        try:
            theirs = "valid" if DRAFTS[s["$schema"]](s).is_valid(v) else "invalid"
        except RecursionError:
            continue
        if ours != theirs:
            bad += 1
            if bad <= 10:
                print("ours %s, theirs %s: %s" % (ours, theirs, json.dumps([s, v])))
    print("diff schema: %d cases, %d refused as circular, %d disagreements" % (count, refused, bad))
    return 1 if bad else 0


sys.exit(main())
