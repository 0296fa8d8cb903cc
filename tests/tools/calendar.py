#!/usr/bin/env python3
"""calendar.py PROGRAM [all] -- schedules, hours and time zones of er (PROGRAM: tests/tools/calendar.c)
against python's zoneinfo: ten years in each of six zones, and the seconds around every change of the
clock and around hand-offs.  With all: hour by hour and every hand-off; else each fifth hour (it meets
every hour of every weekday), every hand-off near a change of the clock, and of the others, where a
rotation has thousands, an even sample.  TAP; exit 1 when anything differs."""
import bisect
import json
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE = datetime(1970, 1, 1)
HOUR = 3600
ALL = sys.argv[2:] == ["all"]
STEP = HOUR if ALL else 5 * HOUR
SAMPLE = 2500
# zone, first day of ten years: Lord Howe moves by half an hour, Apia lost a day in 2011 and gave
# up summer time in 2021, Sao Paulo gave it up in 2019, Kolkata has none.
ZONES = [("Europe/Berlin", 2021), ("America/New_York", 2003), ("Australia/Lord_Howe", 2024),
         ("Asia/Kolkata", 2020), ("America/Sao_Paulo", 2012), ("Pacific/Apia", 2009)]
ROTATIONS = [("hourly", 1, "00:30"), ("daily", 24, "02:30"), ("weekly", 168, "09:00"),
             ({"hours": 12}, 12, "07:45"), ({"hours": 5}, 5, "01:15"), ({"hours": 36}, 36, "23:59")]
MEMBERS = ["ana", "ben", "kim", "lea", "ali"]
HOURS = {"weekly": {"mon": ["09:00-12:30", "13:30-17:00"], "tue": ["09:00-17:00"],
                    "wed": ["00:00-24:00"], "thu": ["00:00-24:00"], "fri": ["22:00-06:00"],
                    "sat": ["01:30-02:30"], "sun": ["01:30-02:30", "23:00-02:15"]}}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def to_utc(local, zone):
    """PEP 495 with fold=0 is the rule of RFC 5545: offset before a gap, first of two."""
    return int((local.replace(tzinfo=zone, fold=0).astimezone(UTC) - EPOCH).total_seconds())


def offset(t, zone):
    return int((EPOCH + timedelta(seconds=t)).astimezone(zone).utcoffset().total_seconds())


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


class Asking:
    """Questions, and what is expected; None: not compared."""
    def __init__(self, program):
        self.program, self.lines, self.want = program, [], []

    def tell(self, line):
        self.lines.append(line)

    def ask(self, what, t, want):
        self.lines.append(f"{what} {t}")
        self.want.append(str(want))

    def asked(self):
        return [line for line in self.lines if line[1] == " "]

    def check(self, name):
        with tempfile.TemporaryFile("w+") as f:
            f.write("\n".join(self.lines) + "\n")
            f.seek(0)
            got = subprocess.run([self.program], stdin=f, stdout=subprocess.PIPE, text=True,
                                 check=True).stdout.split("\n")[:-1]
        ok, bad = got == self.want, []
        if not ok:
            bad = [(q, w, g) for q, w, g in zip(self.asked(), self.want, got) if w != g]
        print(f"{'ok' if ok else 'not ok'} - {name}: {len(self.want)} questions, "
              f"{len(bad)} differ", flush=True)
        for question, want, g in bad[:5]:
            t = int(question[2:])
            print(f"# {question} {EPOCH + timedelta(seconds=t)}: python {want}, er {g}")
        return ok


def clock(program, name, a, b):
    """The changes of the clock, and whether all agree."""
    zone, q = ZoneInfo(name), Asking(program)
    q.tell(f"zone {name}")
    last, changes = offset(a, zone), []
    for t in range(a, b, STEP):
        now = offset(t, zone)
        q.ask("o", t, now)
        if now != last:
            lo, hi = t - STEP, t
            while hi - lo > 1:
                mid = (lo + hi) // 2
                lo, hi = (mid, hi) if offset(mid, zone) == last else (lo, mid)
            changes.append(hi)
        last = now
    for c in changes:
        q.ask("n", c - 1, c)
        q.ask("o", c - 1, offset(c - 1, zone))
        q.ask("o", c, offset(c, zone))
        around = c + offset(c, zone)
        for local in range(around - 26 * HOUR, around + 26 * HOUR, 300):
            q.ask("u", local, to_utc(NAIVE + timedelta(seconds=local), zone))
    return changes, q.check(f"{name} clock, {len(changes)} changes")


def sample(at, changes):
    """Of the hand-offs at: those within two days of a change of the clock, and SAMPLE others."""
    if ALL:
        return at
    # a prime: it meets each member and each hour of the day
    keep = set(at[::next(n for n in (1, 7, 11, 13, 17, 19, 23, 29, 31, 37) if n * SAMPLE >= len(at))])
    for c in changes:
        keep.update(at[bisect.bisect_left(at, c - 48 * HOUR):bisect.bisect_right(at, c + 48 * HOUR)])
    return sorted(keep)


def rotation(program, name, a, b, changes, word, hours, handoff):
    zone, q = ZoneInfo(name), Asking(program)
    day = (EPOCH + timedelta(seconds=a + 86400 * 20)).date()
    doc = {"zone": name, "rotation": word, "start": str(day), "handoff": handoff, "members": MEMBERS}
    first = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes(handoff))
    count = (b - a) // (hours * HOUR) + 60
    starts = [to_utc(first + timedelta(hours=hours * i), zone) for i in range(count)]
    # on call is the greatest turn that has begun: keep, in order of time, what raises it
    order = sorted(range(count), key=lambda i: (starts[i], i))
    at, turn = [], []
    for i in order:
        if not turn or i > turn[-1]:
            if at and at[-1] == starts[i]:
                at.pop(), turn.pop()
            at.append(starts[i]), turn.append(i)

    def who(t):
        k = bisect.bisect_right(at, t) - 1
        return MEMBERS[turn[k] % len(MEMBERS)] if k >= 0 else "-"

    def following(t):
        k = bisect.bisect_right(at, t)
        while who(at[k]) == who(t):
            k += 1
        return at[k]

    q.tell(f"zone {name}")
    q.tell(f"schedule {json.dumps(doc)}")
    for t in range(a, b, STEP):
        q.ask("a", t, who(t))
    for s in sample(at, changes):
        if s >= b:
            break
        for t in (s - 1, s, s + 1):
            q.ask("a", t, who(t))
        q.ask("c", s, following(s))
        q.ask("c", s - 1, following(s - 1))
    return q.check(f"{name} rotation of {hours} h at {handoff}, {len(at)} hand-offs")


def opening(program, name, a, b):
    zone, q = ZoneInfo(name), Asking(program)
    day0 = (EPOCH + timedelta(seconds=a)).date() - timedelta(days=3)
    out = [day0 + timedelta(days=i) for i in range(100, 3600, 97)]
    doc = dict(HOURS, zone=name, **{"except": [str(d) for d in out[:366]]})
    spans = []
    for i in range((b - a) // 86400 + 10):
        day = day0 + timedelta(days=i)
        for w in [] if day in out else HOURS["weekly"][DAYS[day.weekday()]]:
            f, t = minutes(w[:5]), minutes(w[6:])
            base = datetime(day.year, day.month, day.day)
            lo = to_utc(base + timedelta(minutes=f), zone)
            hi = to_utc(base + timedelta(minutes=t if t > f else t + 1440), zone)
            if hi > lo:
                spans.append((lo, hi))
    spans.sort()
    merged = []
    for lo, hi in spans:
        if merged and lo <= merged[-1][1]:
            merged[-1][1] = max(hi, merged[-1][1])
        else:
            merged.append([lo, hi])
    edges = [e for m in merged for e in m]
    q.tell(f"zone {name}")
    q.tell(f"hours {json.dumps(doc)}")
    for t in range(a, b, STEP):
        q.ask("p", t, bisect.bisect_right(edges, t) % 2)
    for k, e in enumerate(edges):
        if a < e < b:
            q.ask("p", e - 1, 1 - (k + 1) % 2)
            q.ask("p", e, (k + 1) % 2)
            q.ask("e", e - 1, e)
            q.ask("e", e, edges[k + 1])
    return q.check(f"{name} hours, {len(merged)} spans")


def main():
    program, ok = sys.argv[1], True
    for name, year in ZONES:
        a = int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
        b = int((datetime(year + 10, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
        changes, good = clock(program, name, a, b)
        ok &= good
        for word, hours, handoff in ROTATIONS:
            ok &= rotation(program, name, a, b, changes, word, hours, handoff)
        ok &= opening(program, name, a, b)
    return 0 if ok else 1


sys.exit(main())
