#!/usr/bin/env python3
"""peer_fastjsonschema.py DIR SECONDS -- python fastjsonschema on the workloads of DIR: the lines of
tests/bench/schema.c (NAME, ns valid, ns invalid, us per compilation).  With --version, only that."""

import json
import sys
import time

import fastjsonschema

ROUND_NS = 1e6


def best(work, seconds):
    """The best of the rounds that fit, in ns for one."""
    found, n, turn = float("inf"), 1, 0
    end = time.perf_counter_ns() + seconds * 1e9
    while turn < 5 or time.perf_counter_ns() < end:
        start = time.perf_counter_ns()
        for _ in range(n):
            work()
        took = (time.perf_counter_ns() - start) / n
        found = min(found, took)
        n = int(ROUND_NS / took) + 1
        turn += 1
    return found


def refused(validate, instance):
    try:
        validate(instance)
    except fastjsonschema.JsonSchemaException:
        return True
    return False


def main():
    if sys.argv[1] == "--version":
        print("fastjsonschema %s, python %s" % (fastjsonschema.VERSION, sys.version.split()[0]))
        return
    folder, seconds = sys.argv[1], float(sys.argv[2])
    for name in ("refund", "review_decision", "sixty_fields"):
        schema, valid, invalid = (
            json.load(open("%s/%s.%s.json" % (folder, name, part), encoding="utf-8"))
            for part in ("schema", "valid", "invalid"))
        validate = fastjsonschema.compile(schema)
        if refused(validate, valid) or not refused(validate, invalid):
            sys.exit(name + ": wrong verdict")
        print(name, "%.1f %.1f %.1f" % (
            best(lambda: validate(valid), seconds),
            best(lambda: refused(validate, invalid), seconds),
            best(lambda: fastjsonschema.compile(schema), seconds) / 1e3), flush=True)


main()
