/* trace_look.js - runs in a page of tools/trace, behind its own scripts; what it finds becomes an element. */
const result = {}, wait = () => new Promise((done) => setTimeout(done, 60));
const paint = (s) => {                          // how many pixels of the canvas are not the ground
  const c = s.canvas.getContext("2d"), d = c.getImageData(0, 0, s.canvas.width, s.canvas.height).data;
  let n = 0;
  for (let i = 0; i < d.length; i += 4) n += d[i] !== d[0] || d[i + 1] !== d[1] || d[i + 2] !== d[2];
  return n;
};
const mouse = (s, type, px, py, more) => {
  const box = s.canvas.getBoundingClientRect();
  const Kind = type === "wheel" ? WheelEvent : PointerEvent;
  s.canvas.dispatchEvent(new Kind(type, { clientX: box.left + px, clientY: box.top + py, bubbles: true,
                                          cancelable: true, pointerId: 1, ...more }));
};
const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
Element.prototype.setPointerCapture = () => {};   // there is no real pointer
(async () => {
  const s = sections[0], span = () => view.to - view.from, tip = document.getElementById("tip");
  const begin = performance.now();
  sections.forEach(draw);
  result.drawMs = performance.now() - begin;
  result.rows = sections.map((x) => x.rows.map((r) => r.label));
  result.titles = [...document.querySelectorAll("h2")].map((h) => h.textContent);
  result.painted = sections.map(paint);
  result.all = span();
  const middle = (s.width + LABELS - RIGHT) / 2, row = s.rows[0], py = row.top + row.height / 2;
  const held = positionOf(s, middle);
  mouse(s, "wheel", middle, py, { deltaY: -300 });
  result.zoomed = span();
  result.held = Math.abs(positionOf(s, middle) - held) / span();
  const from = view.from;
  mouse(s, "pointerdown", middle, py);
  mouse(s, "pointermove", middle + 50, py);
  mouse(s, "pointerup", middle + 50, py);
  result.dragged = view.from < from;
  document.getElementById("fit").click();
  result.again = span();
  key("+");
  result.byKey = span();
  key("0");
  const slice = s.cpuSlices.find((x) => x[2] !== 0);
  mouse(s, "pointermove", (x(s, at(s, slice[0])) + x(s, at(s, slice[1]))) / 2, py);
  result.tip = tip.hidden ? "" : tip.textContent;
  mouse(s, "pointerleave", 0, 0);
  result.tipGone = tip.hidden;
  const proc = s.rows.find((r) => r.kind === "proc");
  mouse(s, "pointerdown", 40, proc.top + 5);
  mouse(s, "pointerup", 40, proc.top + 5);
  result.follow = view.follow;
  key("n"); key("n");
  result.details = document.getElementById("details").textContent;
  key("Escape");
  result.followed = view.follow;
  key("t");
  result.byEvent = [view.byTime, span(), document.getElementById("by-event").getAttribute("aria-checked")];
  const before = getComputedStyle(document.body).backgroundColor;
  document.getElementById("theme").click();
  result.themes = before !== getComputedStyle(document.body).backgroundColor;
  const table = s.details;
  table.open = true;
  await wait();
  result.table = [...table.querySelectorAll("tbody tr")].map((r) => r.textContent);
  result.labels = sections.every((x) => x.canvas.tabIndex === 0 && x.canvas.getAttribute("aria-label"));
  await wait();
})().catch((e) => faults.push(String(e))).finally(() => {
  result.faults = faults;
  const out = document.createElement("pre");
  out.id = "result";
  out.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(result))));
  document.body.append(out);
});
