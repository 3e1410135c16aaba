/* page.js - what the reader does: zoom, move, look closer, follow a process, read the events as a table. */
const $ = (id) => document.getElementById(id);
const TABLE_ROWS = 100;

let asked = false;
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; sections.forEach(draw); });
}

function setView(from, to) {
  const all = extent(), least = view.byTime ? 100 : 4;
  const span = Math.min(Math.max(to - from, least), all * 1.02);
  view.from = Math.min(Math.max(from, -all * 0.01), all * 1.01 - span);
  view.to = view.from + span;
  redraw();
}
function zoom(factor, centre = (view.from + view.to) / 2) {
  setView(centre - (centre - view.from) * factor, centre + (view.to - centre) * factor);
}
function move(part) { const d = (view.to - view.from) * part; setView(view.from + d, view.to + d); }
function showAll() { const all = extent(); setView(-all * 0.01, all * 1.01); }

/* The other clock, with what was in the middle of the first section kept there. */
function setClock(byTime) {
  if (view.byTime === byTime) return;
  const s = sections[0], number = firstBehind(s.events.map((e, i) => i), (i) => at(s, i), (view.from + view.to) / 2);
  const share = (view.to - view.from) / extent();
  view.byTime = byTime;
  const middle = at(s, Math.min(number, s.events.length - 1)), half = extent() * share / 2;
  $("by-time").setAttribute("aria-checked", byTime);
  $("by-event").setAttribute("aria-checked", !byTime);
  setView(middle - half, middle + half);
}

function follow(name) {
  view.follow = name;
  $("search").value = name || "";
  redraw();
}

/* What is below the mouse: an event if one is near, otherwise the slice. */
function hit(section, px, py) {
  const row = section.rows.find((r) => py >= r.top && py < r.top + r.height);
  if (!row) return null;
  if (px < LABELS) return { row };
  const place = positionOf(section, px), near = 5 * (view.to - view.from) / (section.width - LABELS - RIGHT);
  let best = null;
  for (let i = firstBehind(row.points, (n) => at(section, n), place - near); i < row.points.length; i++) {
    const d = Math.abs(at(section, row.points[i]) - place);
    if (at(section, row.points[i]) > place + near) break;
    if (best === null || d < best.d) best = { d, number: row.points[i] };
  }
  const i = firstBehind(row.slices, (s) => at(section, s[1]), place), slice = row.slices[i];
  return { row, number: best ? best.number : null,
           slice: slice && at(section, slice[0]) <= place ? slice : null };
}

function sliceText(section, row, slice) {
  const [first, last, pid, state, cpu] = slice, name = section.names[pid];
  const where = row.kind === "cpu" ? " on CPU " + row.id : cpu >= 0 ? " on CPU " + cpu : "";
  const what = row.kind === "cpu" && pid === 0 ? "idle" : row.kind === "cpu" ? "running" : state;
  return `${name} (PID ${pid}): ${what}${where}\nfrom ${timeText(section.ns[first])} to ` +
    `${timeText(section.ns[last])}, ${timeText(section.ns[last] - section.ns[first])}\nevents #${first} to #${last}`;
}
function eventText(section, number) {
  const [name, cpu, , text] = section.events[number];
  return `${name} #${number}: ${text}\n${timeText(section.ns[number])}, CPU ${cpu}`;
}

function choose(section, number) {
  if (number < 0 || number >= section.events.length) return;
  view.chosen = { section, number };
  $("details").textContent = `${section.title}, ` + eventText(section, number).replace("\n", ", at ");
  const place = at(section, number), span = view.to - view.from;
  if (place < view.from || place > view.to) setView(place - span / 2, place + span / 2);
  fillTable(section, Math.max(0, number - TABLE_ROWS / 2));
  redraw();
}
function step(direction) {
  const section = view.chosen ? view.chosen.section : sections[0];
  let number = view.chosen ? view.chosen.number + direction : 0;
  const other = (n) => view.follow && section.names[section.events[n][2]] !== view.follow;
  while (number >= 0 && number < section.events.length && other(number)) number += direction;
  choose(section, number);
}

function hover(section, event) {
  const box = section.canvas.getBoundingClientRect();
  const found = hit(section, event.clientX - box.left, event.clientY - box.top), tip = $("tip");
  tip.hidden = !found || (found.number === null && !found.slice) || found.number === undefined;
  if (tip.hidden) return;
  tip.textContent = [found.number !== null ? eventText(section, found.number) : "",
                     found.slice ? sliceText(section, found.row, found.slice) : ""].filter(Boolean).join("\n\n");
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + "px";
  const below = event.clientY + 18;
  tip.style.top = (below + tip.offsetHeight < innerHeight ? below : event.clientY - tip.offsetHeight - 12) + "px";
}

function click(section, event) {
  const box = section.canvas.getBoundingClientRect();
  const found = hit(section, event.clientX - box.left, event.clientY - box.top);
  if (!found) return follow(null);
  if (found.number !== null && found.number !== undefined) choose(section, found.number);
  else if (found.slice) choose(section, found.slice[0]);
  const pid = found.row.kind === "proc" ? found.row.id : found.slice ? found.slice[2] : 0;
  const name = pid ? section.names[pid] : null;
  follow(name === view.follow ? null : name);
}

function listen(section) {
  const canvas = section.canvas;
  let from = null, moved = 0;
  canvas.addEventListener("wheel", (e) => {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) return move((e.deltaX || e.deltaY) / 1000);
    zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY / 300))), positionOf(section, e.clientX -
      canvas.getBoundingClientRect().left));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (e) => {
    from = { px: e.clientX, from: view.from, to: view.to };
    moved = 0;
    canvas.setPointerCapture(e.pointerId);
  });
  canvas.addEventListener("pointermove", (e) => {
    if (!from) return hover(section, e);
    moved = Math.max(moved, Math.abs(e.clientX - from.px));
    if (moved < 4) return;
    canvas.classList.add("dragging");
    $("tip").hidden = true;
    const d = (from.px - e.clientX) / (section.width - LABELS - RIGHT) * (from.to - from.from);
    setView(from.from + d, from.to + d);
  });
  canvas.addEventListener("pointerup", (e) => {
    canvas.classList.remove("dragging");
    if (from && moved < 4) click(section, e);
    from = null;
  });
  canvas.addEventListener("pointerleave", () => { $("tip").hidden = true; });
  canvas.addEventListener("focus", () => {
    if (!view.chosen || view.chosen.section !== section) view.chosen = { section, number: 0 };
    redraw();
  });
}

function keys(e) {
  if (e.target.tagName === "INPUT" || e.ctrlKey || e.metaKey || e.altKey) return;
  const act = { "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), "0": showAll,
    ArrowLeft: () => move(-0.15), ArrowRight: () => move(0.15), Home: () => setView(0, view.to - view.from),
    End: () => setView(extent() - view.to + view.from, extent()), n: () => step(1), p: () => step(-1),
    t: () => setClock(!view.byTime), Escape: () => follow(null) }[e.key];
  if (act) { act(); e.preventDefault(); }
}

/* The events as text, some at a time. */
function fillTable(section, first) {
  const details = section.details;
  section.tableFirst = Math.max(0, Math.min(first, section.events.length - 1));
  if (!details.open) return;
  const body = details.querySelector("tbody");
  body.textContent = "";
  for (let i = section.tableFirst; i < Math.min(section.tableFirst + TABLE_ROWS, section.events.length); i++) {
    const [name, cpu, , text] = section.events[i], line = body.insertRow();
    for (const cell of ["#" + i, timeText(section.ns[i]), cpu, name, text]) line.insertCell().textContent = cell;
    if (view.chosen && view.chosen.section === section && view.chosen.number === i)
      line.setAttribute("aria-current", "true");
  }
}
function makeTable(section) {
  const details = document.createElement("details");
  details.innerHTML = "<summary></summary><button>earlier</button> <button>later</button><table><thead><tr>" +
    ["#", "time", "CPU", "event", "what"].map((t) => `<th scope="col">${t}</th>`).join("") +
    "</tr></thead><tbody></tbody></table>";
  details.querySelector("summary").textContent = `The ${section.events.length} events as a table`;
  const [earlier, later] = details.querySelectorAll("button");
  earlier.onclick = () => fillTable(section, section.tableFirst - TABLE_ROWS);
  later.onclick = () => {
    if (section.tableFirst + TABLE_ROWS < section.events.length) fillTable(section, section.tableFirst + TABLE_ROWS);
  };
  details.ontoggle = () => fillTable(section, section.tableFirst);
  section.details = details;
  section.tableFirst = 0;
  return details;
}

function makeSection(section) {
  const element = document.createElement("section"), head = document.createElement("h2");
  const small = document.createElement("small"), canvas = document.createElement("canvas");
  const count = section.rows.filter((r) => r.kind === "proc").length;
  head.textContent = section.title;
  small.textContent = `${section.cpus} CPU${section.cpus === 1 ? "" : "s"}, ${count} processes, ` +
    `${section.events.length} events in ${timeText(section.ns[section.ns.length - 1])}` +
    (section.lost ? `, ${section.lost} earlier ones lost` : "");
  head.append(small);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Timeline of ${section.title}: ${section.rows.map((r) => r.label).join(", ")}. ` +
    "The table below has the same events as text.");
  section.canvas = canvas;
  element.append(head, canvas, makeTable(section));
  $("sections").append(element);
  listen(section);
}

function makeLegend() {
  const item = (text, paint) => {
    const span = document.createElement("span"), canvas = document.createElement("canvas");
    canvas.width = 60;
    canvas.height = 28;
    const c = canvas.getContext("2d");
    c.scale(2, 2);
    paint(c);
    span.append(canvas, text);
    $("legend").append(span);
  };
  $("legend").textContent = "";
  const hue = COLOURS[theme()][0];
  item("running", (c) => { c.fillStyle = hue; c.fillRect(1, 0, 28, 14); });
  item("ready, waits for a CPU", (c) => { c.fillStyle = hue; c.globalAlpha = 0.3; c.fillRect(1, 0, 28, 14);
    c.globalAlpha = 1; c.fillRect(1, 11, 28, 3); });
  item("sleeping", (c) => { c.fillStyle = css("sleep"); c.fillRect(1, 6, 28, 2); });
  item("CPU idle", (c) => { c.fillStyle = css("idle"); c.fillRect(1, 5, 28, 4); });
  item("is woken", (c) => { c.fillStyle = css("ink"); triangle(c, 15, 4); });
  item("interrupt", (c) => { c.fillStyle = css("irq"); c.fillRect(14, 2, 2, 9); });
  item("mark, boot step", (c) => { c.fillStyle = css("ink"); flag(c, 10, 1, 13); });
  item("from wake-up to running", (c) => { c.strokeStyle = c.fillStyle = css("accent"); c.lineWidth = 1.4;
    c.beginPath(); c.moveTo(4, 1); c.bezierCurveTo(4, 10, 22, 2, 22, 8); c.stroke(); triangle(c, 22, 8); });
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  makeLegend();
  redraw();
}

setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
prepare();
sections.forEach(makeSection);
$("by-time").onclick = () => setClock(true);
$("by-event").onclick = () => setClock(false);
$("in").onclick = () => zoom(0.6);
$("out").onclick = () => zoom(1 / 0.6);
$("fit").onclick = showAll;
$("next").onclick = () => step(1);
$("previous").onclick = () => step(-1);
$("theme").onclick = () => setTheme(theme() === "dark" ? "light" : "dark");
$("search").oninput = (e) => {
  const text = e.target.value.toLowerCase();
  const all = sections.flatMap((s) => s.rows.filter((r) => r.kind === "proc"));
  const found = text && (all.find((r) => r.label.toLowerCase() === text || String(r.id) === text) ||
    all.find((r) => r.label.toLowerCase().includes(text)));
  view.follow = found ? found.label : null;
  redraw();
};
addEventListener("keydown", keys);
addEventListener("resize", redraw);
view.to = extent();
showAll();
