#!/usr/bin/env python3
"""Write lib/base/unicode_tables.c, or the sample code points of its test.

    make_unicode_tables.py            > lib/base/unicode_tables.c
    make_unicode_tables.py --samples  > tests/unit/base_safe_points.h

Needs a Python whose unicodedata is Unicode 15.0 (3.12).  The tables change only
with the Unicode version; then change UNICODE, run both, and look at the diff.
"""
import random
import sys
import unicodedata

UNICODE = "15.0.0"
DENIED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def denied(cp):
    return unicodedata.category(chr(cp)) in DENIED


def combining(cp):
    jamo = 0x1160 <= cp <= 0x11FF or 0xD7B0 <= cp <= 0xD7FB
    return unicodedata.category(chr(cp)) in {"Mn", "Me"} or (jamo and not denied(cp))


def wide(cp):
    east = unicodedata.east_asian_width(chr(cp)) in "WF"
    return east and not denied(cp) and not combining(cp)


def ranges(test):
    found = []
    for cp in range(0x110000):
        if not test(cp):
            continue
        if found and found[-1][1] == cp - 1:
            found[-1][1] = cp
        else:
            found.append([cp, cp])
    return found


def write_tables():
    print("/* base/unicode_tables.c -- Unicode %s properties as sorted ranges." % UNICODE)
    print(" * Written by tests/unit/make_unicode_tables.py; do not edit. */")
    print('#include "base/unicode_tables.h"\n')
    print('#include "base/mem.h"')
    for name, test in (("denied", denied), ("combining", combining), ("wide", wide)):
        print("\nconst struct unicode_range unicode_%s[] = {" % name)
        cells = ["{0x%04X, 0x%04X}," % (a, b) for a, b in ranges(test)]
        line = "   "
        for cell in cells:
            if len(line) + 1 + len(cell) > 99:
                print(line)
                line = "   "
            line += " " + cell
        print(line)
        print("};\nconst size_t unicode_n%s = NITEMS(unicode_%s);" % (name, name))


def write_samples():
    """Random ones, and both sides of the ranges that attacks use."""
    pick = random.Random(15)
    cps = set(pick.sample(range(0xA0, 0x20000), 300))
    cps |= set(pick.sample(range(0x20000, 0x110000), 40))
    for first, last in ((0x80, 0x9F), (0xAD, 0xAD), (0x300, 0x36F), (0x61C, 0x61C),
                        (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xD7B0, 0xD7FB),
                        (0xE000, 0xF8FF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFF),
                        (0x1F600, 0x1F64F), (0xE0001, 0xE007F), (0x10FFFE, 0x10FFFF)):
        cps |= {first - 1, first, last, min(last + 1, 0x10FFFF)}
    cps = sorted(cp for cp in cps if not 0xD800 <= cp <= 0xDFFF)
    print("/* Code points and what they are: 'd' denied, 'c' combining, 'w' wide, 'n' normal.")
    print(" * Unicode %s; written by make_unicode_tables.py --samples. */" % UNICODE)
    line = ""
    for cp in cps:
        kind = "d" if denied(cp) else "c" if combining(cp) else "w" if wide(cp) else "n"
        cell = "{0x%04X, '%s'}," % (cp, kind)
        if len(line) + 1 + len(cell) > 96:
            print(line)
            line = ""
        line += (" " if line else "") + cell
    print(line)


if unicodedata.unidata_version != UNICODE:
    sys.exit("needs unicodedata %s, this is %s" % (UNICODE, unicodedata.unidata_version))
if sys.argv[1:] == ["--samples"]:
    write_samples()
else:
    write_tables()
