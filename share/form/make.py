#!/usr/bin/env python3
"""The page's script and style as C data: make.py > lib/model/form/form_html_data.c"""
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def quoted(line):
    return line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")


print("/* model/form/form_html_data.c -- made by share/form/make.py from the files there. */")
print('#include "model/form/form_html.h"')
for name, path in (("script", "form.js"), ("style", "form.css")):
    print("\nconst char form_html_%s[] =" % name)
    lines = open(os.path.join(HERE, path), encoding="ascii" if name == "style" else "utf-8").read().splitlines()
    print("\n".join('    "%s\\n"' % quoted(line) for line in lines) + ";")
