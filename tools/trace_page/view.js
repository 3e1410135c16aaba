/* view.js - the sections and how they are drawn. Positions are numbers of nanoseconds or of events. */
const LABELS = 150, AXIS = 26, CPU_ROW = 30, PROC_ROW = 22, GAP = 8, RIGHT = 14;
const COLOURS = {
  light: ["#2f6fd0", "#d9822b", "#2e9a5b", "#b1448f", "#c8443a", "#6a57c8", "#1f93a5", "#8a7a1e", "#a3603c",
    "#5b7286"],
  dark: ["#6ea3f5", "#f0a860", "#5cc98a", "#dd7fc0", "#f07c72", "#a08ff2", "#4fc3d6", "#cdbb52", "#d0906c",
    "#93aabf"],
};
const POINTS = { boot: "B", irq: "", mark: "M", exit: "", fault: "!", migrate: "", syscall: "", spawn: "" };

const sections = JSON.parse(document.getElementById("data").textContent).sections;
const view = { byTime: true, from: 0, to: 1, follow: null, chosen: null };

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const theme = () => document.documentElement.dataset.theme === "dark" ? "dark" : "light";

/* A name has one colour, on every port. */
const colourNumber = new Map();
function colour(name) {
  if (!colourNumber.has(name)) colourNumber.set(name, colourNumber.size);
  const list = COLOURS[theme()];
  return list[colourNumber.get(name) % list.length];
}

function at(section, number) { return view.byTime ? section.ns[number] : number; }
function extent() {
  return Math.max(1, ...sections.map((s) => at(s, s.ns.length - 1)));
}

/* Nanoseconds as a person says them. */
function timeText(ns) {
  const [unit, name] = ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : ns >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return (ns / unit).toFixed(unit === 1 ? 0 : unit === 1e9 ? 6 : 3) + " " + name;
}
/* On an axis: all in milliseconds, with the digits that tell them apart. */
function axisText(ns, step) {
  return (ns / 1e6).toFixed(Math.min(Math.max(0, Math.ceil(Math.log10(1e6 / step) - 1e-9)), 9)) + " ms";
}

function prepare() {
  for (const name of new Set(sections.flatMap((s) => Object.entries(s.names))
    .filter(([pid]) => pid !== "0").map(([, n]) => n))) colour(name);
  for (const section of sections) {
    section.rows = [];
    let top = AXIS;
    const add = (row, height) => { section.rows.push({ ...row, top, height }); top += height; };
    for (let cpu = 0; cpu < section.cpus; cpu++)
      add({ kind: "cpu", id: cpu, label: "CPU " + cpu, slices: section.cpuSlices.filter((s) => s[3] === cpu),
            points: section.events.map((e, i) => i).filter((i) => section.events[i][1] === cpu &&
              section.events[i][0] in POINTS) }, CPU_ROW);
    top += GAP;
    for (const pid of [...new Set(section.procSlices.map((s) => s[2]))].sort((a, b) => a - b))
      add({ kind: "proc", id: pid, label: section.names[pid], slices: section.procSlices.filter((s) => s[2] === pid),
            points: section.events.map((e, i) => i).filter((i) => section.events[i][2] === pid &&
              ["wake", "mark", "migrate", "fault"].includes(section.events[i][0])) }, PROC_ROW);
    section.height = top + 6;
    for (const row of section.rows) row.slices.sort((a, b) => a[0] - b[0]);
  }
}

/* Where a position is on the canvas. */
function x(section, position) {
  return LABELS + (position - view.from) / (view.to - view.from) * (section.width - LABELS - RIGHT);
}
function positionOf(section, px) {
  return view.from + (px - LABELS) / (section.width - LABELS - RIGHT) * (view.to - view.from);
}

/* The first element of a list of slices or events that ends behind a position. */
function firstBehind(list, key, position) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) < position) low = middle + 1; else high = middle;
  }
  return low;
}

function drawAxis(c, section) {
  const span = view.to - view.from, room = section.width - LABELS - RIGHT;
  const wanted = span / room * 90, ten = Math.pow(10, Math.floor(Math.log10(wanted)));
  const step = Math.max(view.byTime ? 0 : 1, ten * [1, 2, 5, 10].find((n) => ten * n >= wanted));
  c.font = "12px system-ui, DejaVu Sans, sans-serif";
  c.textAlign = "center";
  for (let i = Math.ceil(view.from / step); i * step <= view.to; i++) {
    const px = Math.round(x(section, i * step)) + 0.5;
    c.fillStyle = css("line");
    c.fillRect(px, AXIS - 6, 1, section.height - AXIS + 6);
    c.fillStyle = css("soft");
    c.fillText(view.byTime ? axisText(i * step, step) : "#" + i * step, px, 14);
  }
}

/* A process is bright when it is followed, and all are when none is. */
function alpha(section, pid) {
  if (!view.follow) return 1;
  return section.names[pid] === view.follow ? 1 : 0.18;
}

function drawSlice(c, section, row, slice, left, right) {
  const [, , pid, state] = slice, top = row.top + 3, height = row.height - 6, width = Math.max(right - left, 1);
  const idle = row.kind === "cpu" && pid === 0;
  c.globalAlpha = idle ? 1 : alpha(section, pid);
  c.fillStyle = idle ? css("idle") : colour(section.names[pid]);
  if (row.kind === "cpu" || state === "running") {
    c.fillRect(left, idle ? top + height / 2 - 2 : top, width, idle ? 4 : height);
    const text = section.names[pid];
    if (!idle && width > 34) {
      c.fillStyle = theme() === "dark" ? "#10131a" : "#ffffff";
      c.textAlign = "left";
      c.save();
      c.beginPath();
      c.rect(left, top, width - 3, height);
      c.clip();
      c.fillText(text, Math.max(left, LABELS) + 5, top + height / 2 + 4);
      c.restore();
    }
  } else if (state === "ready") {
    c.globalAlpha *= 0.3;
    c.fillRect(left, top, width, height);
    c.globalAlpha = alpha(section, pid);
    c.fillRect(left, top + height - 3, width, 3);
  } else {
    c.fillStyle = css("sleep");
    c.fillRect(left, top + height / 2 - 1, width, 2);
  }
  c.globalAlpha = 1;
}

function drawRow(c, section, row) {
  let drawn = -Infinity;
  const begin = firstBehind(row.slices, (s) => at(section, s[1]), view.from);
  for (let i = begin; i < row.slices.length; i++) {
    const slice = row.slices[i], first = at(section, slice[0]);
    if (first > view.to) break;
    const left = Math.max(x(section, first), LABELS), right = Math.min(x(section, at(section, slice[1])),
      section.width - RIGHT);
    if (right <= drawn && right - left < 0.5) continue;
    drawSlice(c, section, row, slice, left, right);
    drawn = right < left + 1 ? left + 0.75 : right - 0.25;
  }
  drawn = -Infinity;
  for (let i = firstBehind(row.points, (n) => at(section, n), view.from); i < row.points.length; i++) {
    const number = row.points[i], px = x(section, at(section, number)), [name, , pid] = section.events[number];
    if (px > section.width - RIGHT) break;
    if (px < drawn + 1) continue;
    drawn = px;
    c.globalAlpha = row.kind === "cpu" ? 1 : alpha(section, pid);
    c.fillStyle = name === "irq" || name === "fault" ? css("irq") : css("ink");
    if (name === "wake") triangle(c, px, row.top + 3);
    else if (name === "mark" || name === "boot") flag(c, px, row.top + 1, row.height - 3);
    else c.fillRect(px - 0.5, row.top, name === "irq" ? 1.2 : 1, name === "irq" ? 5 : row.height);
  }
  c.globalAlpha = 1;
}

function triangle(c, px, top) {
  c.beginPath();
  c.moveTo(px - 3.5, top - 2);
  c.lineTo(px + 3.5, top - 2);
  c.lineTo(px, top + 3.5);
  c.fill();
}
function flag(c, px, top, height) {
  c.fillRect(px, top, 1, height);
  c.beginPath();
  c.moveTo(px + 1, top);
  c.lineTo(px + 8, top + 3.5);
  c.lineTo(px + 1, top + 7);
  c.fill();
}

/* From a wake-up to the moment at which the woken runs: an arrow, while the two are apart on the screen. */
function drawFlows(c, section) {
  c.lineWidth = 1.4;
  for (const [wake, run] of section.flows) {
    const left = x(section, at(section, wake)), right = x(section, at(section, run));
    const by = section.events[wake], pid = by[2];
    if (right < LABELS || left > section.width || right - left < 6 || left < LABELS) continue;
    const from = section.rows.find((r) => r.kind === "cpu" && r.id === by[1]);
    const to = section.rows.find((r) => r.kind === "proc" && r.id === pid);
    if (!from || !to) continue;
    c.globalAlpha = alpha(section, pid) * 0.8;
    c.strokeStyle = c.fillStyle = css("accent");
    c.beginPath();
    c.moveTo(left, from.top + from.height - 2);
    c.bezierCurveTo(left, to.top - 10, right, from.top + from.height + 8, right, to.top);
    c.stroke();
    triangle(c, right, to.top - 2);
  }
  c.globalAlpha = 1;
}

function drawLabels(c, section) {
  c.fillStyle = css("panel");
  c.fillRect(0, 0, LABELS, section.height);
  c.textAlign = "left";
  for (const row of section.rows) {
    const chosen = row.kind === "proc" && view.follow === row.label;
    c.globalAlpha = row.kind === "proc" ? Math.max(alpha(section, row.id), 0.35) : 1;
    if (row.kind === "proc") {
      c.fillStyle = colour(row.label);
      c.fillRect(12, row.top + row.height / 2 - 4, 8, 8);
    }
    c.fillStyle = css("ink");
    c.font = (row.kind === "cpu" || chosen ? "600 " : "") + "13px system-ui, DejaVu Sans, sans-serif";
    c.fillText(row.label, row.kind === "cpu" ? 12 : 26, row.top + row.height / 2 + 4.5);
    c.fillStyle = css("soft");
    c.font = "11px system-ui, DejaVu Sans, sans-serif";
    if (row.kind === "proc") {
      c.textAlign = "right";
      c.fillText(row.id, LABELS - 8, row.top + row.height / 2 + 4);
      c.textAlign = "left";
    }
    c.globalAlpha = 1;
  }
}

function draw(section) {
  const canvas = section.canvas, scale = window.devicePixelRatio || 1;
  section.width = canvas.clientWidth;
  canvas.width = Math.round(section.width * scale);
  canvas.height = Math.round(section.height * scale);
  canvas.style.height = section.height + "px";
  const c = canvas.getContext("2d");
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.fillStyle = css("panel");
  c.fillRect(0, 0, section.width, section.height);
  section.rows.forEach((row, i) => {
    if (row.kind === "proc" && i % 2 === 0) return;
    c.fillStyle = css("row");
    c.fillRect(LABELS, row.top, section.width - LABELS - RIGHT, row.height);
  });
  drawAxis(c, section);
  c.font = "12px system-ui, DejaVu Sans, sans-serif";
  c.save();
  c.beginPath();
  c.rect(LABELS, 0, section.width - LABELS - RIGHT, section.height);
  c.clip();
  for (const row of section.rows) drawRow(c, section, row);
  drawFlows(c, section);
  if (view.chosen && view.chosen.section === section) {
    c.fillStyle = css("accent");
    c.fillRect(x(section, at(section, view.chosen.number)) - 0.75, AXIS - 6, 1.5, section.height);
  }
  c.restore();
  drawLabels(c, section);
}
