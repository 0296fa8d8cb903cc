"use strict";
// The page's own script: it hides what does not apply, adds items, and makes the JSON.
// Everything it knows of the form it reads from class "field" and its data- attributes; see
// lib/model/form/form_html.h.  Numbers stay the text that was typed.
(function () {
  const form = document.getElementById("form");
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  let clones = 0;

  class Num {
    constructor(text) {
      this.text = text.replace(/^\+/, "").replace(/^(-?)\./, "$10.").replace(/^(-?)0+(?=\d)/, "$1");
      this.value = Number(text);
    }
  }

  // ---- values: Map, Array, string, Num, boolean, null; undefined: nothing ----

  // JSON text to these, or undefined when it is none
  function read(text) {
    let at = 0;
    const blank = () => { while (/[ \t\r\n]/.test(text[at] || "")) at++; };
    const fail = () => { throw new SyntaxError("not JSON"); };
    const match = (re) => {
      re.lastIndex = at;
      const m = re.exec(text);
      if (!m) fail();
      at = re.lastIndex;
      return m[0];
    };
    const list = (close, one) => {
      at++;
      blank();
      if (text[at] === close) { at++; return; }
      for (;;) {
        one();
        blank();
        if (text[at] === close) { at++; return; }
        if (text[at] !== ",") fail();
        at++;
      }
    };
    const string = () => JSON.parse(match(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y));
    const value = () => {
      blank();
      const c = text[at];
      if (c === "{") {
        const m = new Map();
        list("}", () => {
          blank();
          const key = string();
          blank();
          if (text[at] !== ":" || m.has(key)) fail();
          at++;
          m.set(key, value());
        });
        return m;
      }
      if (c === "[") {
        const a = [];
        list("]", () => a.push(value()));
        return a;
      }
      if (c === "\"") return string();
      if (/[-0-9]/.test(c || "")) return new Num(match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y));
      return { "true": true, "false": false, "null": null }[match(/true|false|null/y)];
    };
    try {
      const v = value();
      blank();
      return at === text.length ? v : undefined;
    } catch (e) {
      return undefined;
    }
  }

  function write(v, indent) {
    const inner = indent + "  ";
    const many = (open, close, parts) => parts.length
      ? open + "\n" + inner + parts.join(",\n" + inner) + "\n" + indent + close : open + close;
    if (v instanceof Num) return v.text;
    if (v instanceof Map)
      return many("{", "}", Array.from(v, ([k, x]) => JSON.stringify(k) + ": " + write(x, inner)));
    if (Array.isArray(v)) return many("[", "]", v.map((x) => write(x, inner)));
    return JSON.stringify(v);
  }

  function same(a, b) {
    if (a instanceof Num && b instanceof Num) return a.text === b.text || a.value === b.value;
    if (a instanceof Map && b instanceof Map)
      return a.size === b.size && Array.from(a).every(([k, x]) => b.has(k) && same(x, b.get(k)));
    if (Array.isArray(a) && Array.isArray(b))
      return a.length === b.length && a.every((x, i) => same(x, b[i]));
    return a === b;
  }

  // ---- conditions: true, false, or undefined where a keyword is not known here ----

  const lift = (v) => read(JSON.stringify(v));
  const types = {
    "null": (v) => v === null, "boolean": (v) => typeof v === "boolean",
    "string": (v) => typeof v === "string", "array": Array.isArray,
    "object": (v) => v instanceof Map, "number": (v) => v instanceof Num,
    "integer": (v) => v instanceof Num && Number.isInteger(v.value),
  };
  const all = (list) => list.includes(false) ? false : list.includes(undefined) ? undefined : true;
  const any = (list) => list.includes(true) ? true : list.includes(undefined) ? undefined : false;
  const not = (x) => x === undefined ? x : !x;
  const number = (fits) => (k, v) => !(v instanceof Num) || fits(v.value, k);
  const length = (fits) => (k, v) => typeof v !== "string" || fits(Array.from(v).length, k);
  const count = (fits) => (k, v) => !Array.isArray(v) || fits(v.length, k);
  const atLeast = (a, b) => a >= b, atMost = (a, b) => a <= b;
  const keywords = {
    "const": (k, v) => same(lift(k), v),
    "enum": (k, v) => k.some((x) => same(lift(x), v)),
    type: (k, v) => [].concat(k).some((t) => types[t] && types[t](v)),
    required: (k, v) => !(v instanceof Map) || k.every((x) => v.has(x)),
    properties: (k, v) => !(v instanceof Map) ||
      all(Object.keys(k).filter((x) => v.has(x)).map((x) => test(k[x], v.get(x)))),
    items: (k, v) => !Array.isArray(v) ||
      (Array.isArray(k) ? undefined : all(v.map((x) => test(k, x)))),
    contains: (k, v) => !Array.isArray(v) || any(v.map((x) => test(k, x))),
    allOf: (k, v) => all(k.map((x) => test(x, v))),
    anyOf: (k, v) => any(k.map((x) => test(x, v))),
    oneOf: (k, v) => {
      const r = k.map((x) => test(x, v));
      return r.includes(undefined) ? undefined : r.filter(Boolean).length === 1;
    },
    not: (k, v) => not(test(k, v)),
    pattern: (k, v) => typeof v !== "string" || new RegExp(k, "u").test(v),
    minimum: number(atLeast), maximum: number(atMost),
    exclusiveMinimum: (k, v) => k === true ? undefined : number((a, b) => a > b)(k, v),
    exclusiveMaximum: (k, v) => k === true ? undefined : number((a, b) => a < b)(k, v),
    minLength: length(atLeast), maxLength: length(atMost),
    minItems: count(atLeast), maxItems: count(atMost),
  };
  const silent = ["title", "description", "default", "examples", "$comment", "$schema", "deprecated",
    "format", "readOnly", "writeOnly"];

  function test(schema, v) {
    if (typeof schema === "boolean") return schema;
    return all(Object.keys(schema).filter((k) => !silent.includes(k)).map((k) => {
      try {
        return Object.hasOwn(keywords, k) ? keywords[k](schema[k], v) : undefined;
      } catch (e) {
        return undefined;
      }
    }));
  }

  // ---- fields ----

  const up = (el) => el.parentElement.closest(".field");
  const within = (el, what) => Array.from(el.querySelectorAll(what))
    .filter((x) => x.closest(".field") === el || (x.matches(".field") && up(x) === el));
  const kids = (el) => within(el, ".field").filter((x) => x !== el);
  const inputs = (el) => within(el, "input, select, textarea");
  const kind = (el) => el.dataset.kind;
  const name = (el) => JSON.parse(el.dataset.key);
  const root = form.querySelector(".field");

  function scalar(el) {
    const list = inputs(el), nothing = list.find((x) => x.classList.contains("null"));
    const picked = (x) => x.type === "radio" || x.type === "checkbox" ? x.checked : true;
    if (nothing && nothing.checked) return null;
    if (kind(el) === "choices") {
      const on = list.filter((x) => x.checked && x.dataset.json).map((x) => read(x.dataset.json));
      return on.length ? on : undefined;
    }
    if (kind(el) === "choice" || kind(el) === "boolean") {
      const one = list.filter(picked).map((x) => x.tagName === "SELECT" ? x.selectedOptions[0] : x)
        .find((x) => x && x.dataset.json);
      return one ? read(one.dataset.json) : undefined;
    }
    const x = list.find((one) => one !== nothing);
    if (!x) return undefined;
    if (kind(el) === "fixed") return read(x.dataset.json);
    if (x.value === "") return undefined;
    if (kind(el) === "integer" || kind(el) === "number") return new Num(x.value);
    if (kind(el) === "json") {
      const v = read(x.value);
      return v === undefined && el.dataset.text ? x.value : v;
    }
    return x.value;
  }

  // A default that nobody looked at does not make an object.
  const changed = (el) => kind(el) !== "fixed" && inputs(el).some((x) =>
    x.tagName === "SELECT" ? Array.from(x.options).some((o) => o.selected !== o.defaultSelected && o.value)
      : x.type === "radio" || x.type === "checkbox" ? x.checked !== x.defaultChecked
        : x.value !== x.defaultValue);

  // What stands in an element: {v, touched}; a constant alone does not make an object.
  function value(el) {
    if (el.hidden) return { touched: false };
    if (kind(el) === "section") return section(el);
    if (kind(el) === "variant") return variant(el);
    if (kind(el) === "list") {
      const found = kids(el).map(value).filter((x) => x.touched || (x.v !== undefined && x.must));
      return { v: found.length || el.dataset.required ? found.map((x) => x.v) : undefined,
               touched: found.length > 0, must: Boolean(el.dataset.required) };
    }
    const v = scalar(el);
    return { v, touched: v !== undefined && changed(el), must: Boolean(el.dataset.required) };
  }

  function section(el) {
    const m = new Map();
    let touched = false;
    for (const kid of kids(el)) {
      const x = value(kid);
      if (x.v === undefined) continue;
      touched = touched || x.touched;
      if (kid.dataset.above) x.v.forEach((v, k) => m.set(k, v));
      else if (!m.has(name(kid))) m.set(name(kid), x.v);
    }
    const must = Boolean(el.dataset.required);
    const item = el.parentElement.classList.contains("item");
    return { v: touched || (must && !item) || el === root ? m : undefined, touched, must };
  }

  const chooser = (el) => within(el, "select.variant")[0];

  function variant(el) {
    const at = chooser(el).value, chosen = kids(el)[Number(at)];
    if (at === "" || !chosen) return { touched: false };
    const x = value(chosen);
    if (x.v === undefined && kind(chosen) === "section") x.v = new Map();
    return { v: x.v, touched: true };
  }

  // ---- what applies ----

  function at(v, pointer) {
    for (const raw of pointer.split("/").slice(1)) {
      const token = raw.replace(/~1/g, "/").replace(/~0/g, "~");
      v = v instanceof Map ? v.get(token) : Array.isArray(v) ? v[Number(token)] : undefined;
    }
    return v;
  }

  function holds(ids, el, whole) {
    return ids.split(",").every((id) => {
      const when = data.when[Number(id)];
      if (!when || when.test === undefined) return true;
      const host = el.dataset.at.split("/").slice(0, when.level + 1).join("/");
      const v = at(whole, host), yes = test(when.test, v === undefined ? new Map() : v);
      return yes === undefined || yes !== when.negate;
    });
  }

  const needed = (el, whole) => Boolean(el.dataset.required) ||
    (el.dataset.need || "").split(";").some((ids) => ids && holds(ids, el, whole));

  // Whether the object or list around a field is there, or must be.
  function active(el, whole) {
    const p = up(el);
    if (!p) return true;
    if (kind(p) === "variant") return active(p, whole);
    if (kind(p) === "list") return value(el).touched;
    return value(p).touched || (needed(p, whole) && active(p, whole));
  }

  function show() {
    for (let round = 0, changed = true; changed && round < 8; round++) {
      const whole = value(root).v, seen = new Set();
      changed = false;
      for (const el of form.querySelectorAll(".field")) {
        const p = up(el), own = p && el.dataset.key !== undefined;
        const key = own ? p.dataset.at + "|" + el.dataset.path : null;
        let on = !el.dataset.when || holds(el.dataset.when, el, whole);
        if (p && kind(p) === "variant") on = on && kids(p)[Number(chooser(p).value || -1)] === el;
        if (on && key && el.dataset.when && seen.has(key)) on = false;
        if (on && key) seen.add(key);
        if (el.hidden === on) { el.hidden = !on; changed = true; }
      }
    }
  }

  function update() {
    show();
    const whole = value(root).v;
    for (const el of form.querySelectorAll(".field")) {
      const must = !el.hidden && needed(el, whole) && active(el, whole);
      const nothing = inputs(el).some((x) => x.classList.contains("null") && x.checked);
      for (const x of inputs(el)) {
        x.disabled = Boolean(x.closest(".field[hidden]"));
        if (x.type !== "checkbox" && x.type !== "hidden" && !x.matches(".variant"))
          x.required = must && !nothing;
        if (x.matches(".variant")) x.required = must;
      }
    }
    for (const list of form.querySelectorAll(".field[data-kind=list]")) {
      const add = within(list, "button.add")[0];
      if (add) add.disabled = items(list).length >= Number(list.dataset.max || Infinity);
    }
  }

  // ---- items of lists ----

  const items = (list) => Array.from(within(list, ".items")[0].children);

  function add(list) {
    const copy = within(list, "template")[0].content.cloneNode(true).firstElementChild;
    const from = list.dataset.at + "/-", index = items(list).reduce((n, x) =>
      Math.max(n, Number(x.querySelector(".field").dataset.at.split("/").pop()) + 1), 0);
    const to = list.dataset.at + "/" + index, suffix = "c" + clones++;
    rename(copy, from, to, suffix);
    within(list, ".items")[0].appendChild(copy);
    prepare(copy);
    update();
    const first = copy.querySelector("input, select, textarea");
    if (first) first.focus();
  }

  // Ids get a suffix, names the place of the item; the same in templates inside.
  function rename(node, from, to, suffix) {
    for (const el of [node, ...node.querySelectorAll("*")]) {
      for (const name of ["id", "for", "list"])
        if (el.hasAttribute(name)) el.setAttribute(name, el.getAttribute(name) + suffix);
      if (el.hasAttribute("aria-describedby"))
        el.setAttribute("aria-describedby",
          el.getAttribute("aria-describedby").split(" ").map((x) => x + suffix).join(" "));
      for (const name of ["name", "data-at"])
        if (el.hasAttribute(name) && el.getAttribute(name).startsWith(from))
          el.setAttribute(name, to + el.getAttribute(name).slice(from.length));
      if (el.tagName === "TEMPLATE" && el.content.firstElementChild)
        rename(el.content.firstElementChild, from, to, suffix);
    }
  }

  // What needs the script to be of use.
  function prepare(node) {
    for (const x of node.querySelectorAll("button.add, .chooser")) x.hidden = false;
    for (const x of node.querySelectorAll(".noscript")) x.hidden = true;
    const own = node.matches(".item") ? [node] : [];
    for (const item of [...own, ...node.querySelectorAll(".item")]) {
      const list = item.parentElement && item.parentElement.closest(".field");
      if (!list || !within(list, "button.add").length) continue;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "remove";
      remove.textContent = "Remove";
      remove.addEventListener("click", () => { item.remove(); update(); });
      item.appendChild(remove);
    }
  }

  // ---- handing in ----

  const say = (el, text) => {
    const place = within(el, ".error").find((x) => up(x) === el);
    if (place) place.textContent = text;
    return Boolean(text);
  };

  // What a browser does not check by itself.
  function wrong(el) {
    if (el.closest("[hidden]")) return say(el, "");
    const n = kind(el) === "list" || kind(el) === "choices" ? (value(el).v || []).length : 0;
    const whole = value(root).v, must = needed(el, whole) && active(el, whole);
    const min = Number(el.dataset.min || 0), max = Number(el.dataset.max || Infinity);
    if ((kind(el) === "list" || kind(el) === "choices") && (n || must)) {
      if (n < min) return say(el, "At least " + min + " needed.");
      if (n > max) return say(el, "At most " + max + " allowed.");
    }
    if (kind(el) === "json") {
      const x = inputs(el)[0];
      if (x.value !== "" && !el.dataset.text && read(x.value) === undefined)
        return say(el, "This is not JSON.");
    }
    return say(el, "");
  }

  async function send(text) {
    $("said").textContent = "Sending...";
    try {
      const r = await fetch(data.action, { method: "POST", body: text,
        headers: { "Content-Type": "application/json" } });
      $("said").textContent = r.ok ? "Handed in."
        : "Refused (" + r.status + "): " + (await r.text()).slice(0, 500);
    } catch (e) {
      $("said").textContent = "Could not be sent; the answer is below.";
    }
  }

  form.addEventListener("submit", (ev) => {
    ev.preventDefault();
    update();
    const bad = Array.from(form.querySelectorAll(".field")).filter(wrong);
    if (bad.length) {
      bad[0].scrollIntoView();
      return;
    }
    const v = value(root).v;
    $("json").value = v === undefined ? "" : write(v, "") + "\n";
    $("result").hidden = false;
    if (data.action) send($("json").value);
    else $("said").textContent = "Copy it or save it, and hand it in.";
    $("result").scrollIntoView();
  });
  $("copy").addEventListener("click", () => {
    $("json").select();
    if (navigator.clipboard) navigator.clipboard.writeText($("json").value);
    else document.execCommand("copy");
  });
  $("save").addEventListener("click", () => {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([$("json").value], { type: "application/json" }));
    a.download = (data.task || "answer").replace(/[^A-Za-z0-9_-]/g, "_") + ".json";
    a.click();
  });
  form.addEventListener("click", (ev) => {
    if (ev.target.matches("button.add")) add(ev.target.closest(".field"));
  });
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  prepare(form);
  update();
})();
