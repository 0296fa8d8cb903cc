#!/usr/bin/env python3
"""schema.py PROGRAM [COUNT [SEED]] -- generated schemas and instances, judged by PROGRAM
(tests/diff/schema.c) and by python3-jsonschema, an independent validator.

Prints a TAP line per draft, each disagreement before it.  A fixed seed makes the same cases with
every version.  Skipped where jsonschema is not installed (deps-test installs Debian's, 4.10.3).

What is not generated, since the other side is wrong or cannot do it (seen with 4.10.3):
  2019-09 unevaluated*   additionalProperties and others are not seen as evaluating
  dependencies, 2019-09  an optional keyword since then: ours has it, theirs has not
What gives no verdict of theirs:
  unevaluatedItems       a message is made by sorting items of several types: TypeError
  circles                RecursionError; ours refuses the schema
And KNOWN below: where theirs is known to be wrong, and why.
"""
import importlib.metadata
import json
import random
import subprocess
import sys
import warnings

try:
    warnings.simplefilter("ignore")
    import jsonschema
except ImportError:
    print("ok - diff schema # SKIP python3-jsonschema is not installed")
    sys.exit(0)

DRAFTS = {
    "2020-12": ("https://json-schema.org/draft/2020-12/schema", jsonschema.Draft202012Validator),
    "2019-09": ("https://json-schema.org/draft/2019-09/schema", jsonschema.Draft201909Validator),
    "07": ("http://json-schema.org/draft-07/schema#", jsonschema.Draft7Validator),
    "06": ("http://json-schema.org/draft-06/schema#", jsonschema.Draft6Validator),
}
VERSION = tuple(int(x) for x in importlib.metadata.version("jsonschema").split(".")[:2])


def member_in_an_object(text, ours, other):
    """Whether unevaluatedProperties (or additionalProperties beside it) takes a member's value is
    asked of {NAME: value}, not of value: what fits counts as unevaluated.  4.26 has it right."""
    return VERSION < (4, 20) and '"unevaluatedProperties"' in text and (ours, other) == ("valid", "invalid")


KNOWN = [member_in_an_object]
# Most of the cases where most schemas are.
SHARE = {"2020-12": 4, "2019-09": 1, "07": 4, "06": 1}
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


def schema(r, depth, draft):
    if depth == 0:
        return r.choice([True, False, {}, {"type": r.choice(TYPES)}, {"const": value(r, 0)}])
    modern, listed = draft in ("2020-12", "2019-09"), draft != "2020-12"

    def sub():
        return schema(r, depth - 1, draft)

    def some():
        return [sub() for _ in range(r.randint(1, 3))]

    def named(keys):
        return {k: sub() for k in r.sample(keys, r.randint(1, 3))}

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
        "items": lambda: some() if listed and r.random() < 0.5 else sub(),
        "$ref": lambda: "#/definitions/" + r.choice(["x", "y"]),
    }
    if draft != "06":
        makers.update({"if": sub, "then": sub, "else": sub})
    if listed:
        makers["additionalItems"] = sub
    else:
        makers.update({"prefixItems": some, "unevaluatedItems": sub, "unevaluatedProperties": sub})
    if modern:
        makers.update({
            "minContains": lambda: r.randrange(3), "maxContains": lambda: r.randrange(3),
            "dependentRequired": lambda: {r.choice(NAMES): r.sample(NAMES, 2)},
            "dependentSchemas": lambda: named(NAMES)})
    else:
        makers["dependencies"] = lambda: r.choice([named(NAMES), {"a": ["b"]}])
    return {k: makers[k]() for k in r.sample(sorted(makers), r.randint(1, 4))}


def case(r, draft):
    s = schema(r, 3, draft)
    if not isinstance(s, dict):
        s = {"not": s}
    s["$schema"] = DRAFTS[draft][0]
    s["definitions"] = {"x": schema(r, 1, draft), "y": schema(r, 2, draft)}
    return s, value(r, 3)


def theirs(validator, s, v):
    try:
        return "valid" if validator(s).is_valid(v) else "invalid"
    except (RecursionError, TypeError):
        return None


def compare(program, draft, count, r):
    cases = [case(r, draft) for _ in range(count)]
    text = "".join(json.dumps(c) + "\n" for c in cases)
    out = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    refused = silent = known = bad = 0
    verdicts = out.stdout.splitlines()
    if len(verdicts) != len(cases):
        print("# %d verdicts of %d" % (len(verdicts), len(cases)))
        bad += 1
    for (s, v), ours in zip(cases, verdicts):
        if ours.startswith("refused"):
            refused += 1
            continue
        other = theirs(DRAFTS[draft][1], s, v)
        silent += other is None
        if other is None or ours == other:
            continue
        if any(k(json.dumps(s), ours, other) for k in KNOWN):
            known += 1
        else:
            bad += 1
            print("# ours %s, theirs %s: %s" % (ours, other, json.dumps([s, v])))
    print("%sok - draft %s: %d cases, %d refused as circular, %d without a verdict of theirs, "
          "%d known faults of theirs, %d disagreements"
          % ("not " if bad else "", draft, count, refused, silent, known, bad))
    return bad


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    total = sum(SHARE.values())
    bad = sum(compare(sys.argv[1], d, count * SHARE[d] // total, r) for d in DRAFTS)
    return 1 if bad else 0


sys.exit(main())
