// State, and the parts around the chart. The address keeps what is shown: #day=2026-09-12&queue=sales can be sent on.
let data = null;
const state = { queue: 0, day: 0, file: 0, span: null, at: null, order: "time" };

function shownSpan() {
  if (state.span) return state.span;
  const day = data.days[state.day], queue = data.queues[state.queue];
  const calls = queue.at.slice(placeAt(queue.at, day.from - 1) + 1, placeAt(queue.at, day.until - 1) + 1);
  const few = Math.floor(calls.length / 50);  // a caller or two at night must not shrink the day
  const spans = queue.days[day.index].flatMap((each) => each.hours);
  if (calls.length) spans.push([calls[few], calls[calls.length - 1 - few]]);
  if (!spans.length) return [day.from, day.until];
  const from = Math.min(...spans.map((span) => span[0])), until = Math.max(...spans.map((span) => span[1]));
  return [Math.max(day.from, from - 600), Math.min(day.until, until + 600)];
}

function go(change) {
  Object.assign(state, change);
  if ("queue" in change || "day" in change) state.at = change.at ?? null;
  const address = new URLSearchParams({ day: data.days[state.day].date, queue: data.queues[state.queue].id });
  if (state.span) address.set("span", state.span.map(Math.round).join("-"));
  history.replaceState(null, "", `#${address}`);
  draw();
}

function draw() {
  const queue = data.queues[state.queue], day = data.days[state.day], figures = queue.days[day.index];
  $("queue").value = state.queue;
  $("day").value = state.day;
  $("before").disabled = state.day === 0;
  $("after").disabled = state.day === data.days.length - 1;
  $("whole").hidden = !state.span;
  for (const button of $("files").children) button.setAttribute("aria-pressed", String(Number(button.value) === state.file));
  $("day-title").replaceChildren(element("bdi", { textContent: queue.label }), `, ${day.name}`);
  $("story").replaceChildren(...story(queue, day, figures[state.file]));
  drawChart();
  moveCursor(state.at);
  drawList(queue, day, figures);
  markOverview();
}

// The day in one sentence.
function story(queue, day, figures) {
  const calls = many(queue.calls[day.index], "call");
  if (!figures.open) return [`${calls}. Closed all day, so no alarms.`];
  if (!figures.count) return [`${calls}, and `, element("b", { textContent: "no alarm" }), ` in ${long(figures.open)}.`];
  const longest = figures.alarms.reduce((best, each) => (each.until - each.from > best.until - best.from ? each : best));
  const glances = figures.alarms.filter((each) => each.until - each.from < data.glance).length;
  const told = [`${calls}, `, element("b", { textContent: many(figures.count, "alarm") }), `; `,
    element("b", { textContent: percent(figures.share) }), ` of the opening hours in alarm (${long(figures.inAlarm)}`,
    figures.critical ? `, critical for ${long(figures.critical)}` : ", never critical",
    `). The longest: `, element("bdi", { textContent: longest.rule.id }), ` for ${long(longest.until - longest.from)} from ${clock(longest.from, false)}.`];
  if (glances) told.push(` ${glances === 1 ? "One was" : `${glances} were`} shorter than a glance (${data.glance} s).`);
  return told;
}

function sentence(alarm) {
  const more = alarm.goesOn ? ", and still fires at the end" : "";
  return `${isolated(alarm.rule.id)}: ${SEVERITY[alarm.severity]}, ${clock(alarm.from)} to ${clock(alarm.until)}, ${long(alarm.until - alarm.from)}${more}`;
}

// Of two files the alarms stand in one list, and each is of one of them.
function counted(figures) {
  if (figures.length === 1) return many(figures[0].alarms.length, "alarm");
  return figures.map((each, file) => `${"AB"[file]}: ${many(each.alarms.length, "alarm")}`).join(", ");
}

function drawList(queue, day, figures) {
  const alarms = figures.flatMap((each) => each.alarms);
  alarms.sort((a, b) => (state.order === "time" ? a.from - b.from : b.until - b.from - (a.until - a.from)));
  $("list-title").textContent = alarms.length ? `${counted(figures)} of the day` : "No alarm on this day";
  const heads = ["began", "rule", "severity", "lasted", ...(data.names.length > 1 ? ["thresholds"] : []), ""];
  const rows = alarms.map((each) => {
    const zoom = element("button", { textContent: clock(each.from), title: "show it in the chart" });
    zoom.addEventListener("click", () => { zoomTo(each); $("chart").scrollIntoView({ block: "nearest" }); });
    const began = each.from < day.from ? element("td", {}, zoom, " (the day before)") : element("td", {}, zoom);
    const severity = element("td", {}, element("span", { className: `mark ${SEVERITY[each.severity]}` }), SEVERITY[each.severity]);
    const critical = each.spans.filter((span) => span.severity === 2).reduce((sum, span) => sum + span.until - span.from, 0);
    const notes = [];
    if (each.severity === 2 && critical < each.until - each.from) notes.push(`critical for ${long(critical)}`);
    if (each.until - each.from < data.glance) notes.push("shorter than a glance");
    if (each.goesOn) notes.push("still fires at the end");
    const row = element("tr", {}, began, element("td", { dir: "auto", textContent: each.rule.id }), severity, element("td", { textContent: long(each.until - each.from) }));
    if (data.names.length > 1) row.append(element("td", { className: "file" }, `${"AB"[each.file]} `, element("bdi", { textContent: data.names[each.file] })));
    row.append(element("td", { className: "wide", textContent: notes.join(", ") }));
    return row;
  });
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col", textContent: text })))), element("tbody", {}, ...rows));
  $("list").replaceChildren(alarms.length ? table : element("p", { textContent: figures[0].open ? "Nothing would have blinked." : "Closed: figures, and no alarms." }));
  const untested = queue.rules.flat().filter((rule) => rule.untested);
  $("untested").textContent = [...new Set(untested.map((rule) => `Not tested: ${isolated(rule.id)} (${rule.untested}).`))].join(" ");
}

// Where the eye would go first: the day and queue with the most alarms. A group repeats its queues.
function worst() {
  let best = { queue: 0, day: 0 }, most = -1;
  data.queues.forEach((queue, place) => queue.days.forEach((figures, day) => {
    const weight = (queue.id.startsWith("@") ? 1e-6 : 1) * (figures[0].count + figures[0].share / 2 + queue.calls[day] / 1e7);
    if (weight > most) [best, most] = [{ queue: place, day }, weight];
  }));
  return best;
}

function asked() {
  const address = new URLSearchParams(location.hash.slice(1));
  const start = worst();
  const queue = data.queues.findIndex((each) => each.id === address.get("queue"));
  const day = data.days.findIndex((each) => each.date === address.get("day"));
  const span = /^(\d+)-(\d+)$/.exec(address.get("span") ?? "");
  const inside = span && day >= 0 && span[1] < span[2] && span[1] >= data.days[day].from && span[2] <= data.days[day].until;
  return { queue: queue < 0 ? start.queue : queue, day: day < 0 ? start.day : day, span: inside ? [Number(span[1]), Number(span[2])] : null };
}

function fillControls() {
  $("queue").append(...data.queues.map((queue, place) => element("option", { value: place, textContent: queue.label === queue.id ? queue.id : `${isolated(queue.id)} · ${isolated(queue.label)}` })));
  $("day").append(...data.days.map((day) => element("option", { value: day.index, textContent: `${WEEKDAYS[day.weekday].slice(0, 3)} ${day.day} ${day.month}` })));
  if (data.names.length > 1) $("files").append(...data.names.map((name, file) => element("button", { value: file, title: "colour the figures by these thresholds" }, `${"AB"[file]} `, element("bdi", { textContent: name }))));
  $("about").textContent = data.about;
  $("notes").append(...data.notes.map((note) => element("li", { textContent: note })));
  $("keys").textContent = "Drag over the chart to zoom in; click an alarm to see it close. Keys: ← → move (Shift: faster), + − zoom, 0 whole day, Page Up and Page Down other days.";
}

function listen() {
  $("queue").addEventListener("change", () => go({ queue: Number($("queue").value), span: null }));
  $("day").addEventListener("change", () => go({ day: Number($("day").value), span: null }));
  $("order").addEventListener("change", () => go({ order: $("order").value }));
  const step = (by) => { const day = state.day + by; if (data.days[day]) go({ day, span: null }); };
  $("before").addEventListener("click", () => step(-1));
  $("after").addEventListener("click", () => step(1));
  $("whole").addEventListener("click", () => go({ span: null }));
  for (const button of $("files").children) button.addEventListener("click", () => go({ file: Number(button.value) }));
  $("main").addEventListener("keydown", (event) => {
    if (event.target.tagName === "SELECT" || !["PageUp", "PageDown"].includes(event.key)) return;
    event.preventDefault();
    step(event.key === "PageUp" ? -1 : 1);
  });
  addEventListener("resize", draw);
  addEventListener("hashchange", () => { Object.assign(state, asked()); draw(); });
  listenToChart();
}

async function begin() {
  data = await unpack($("data").textContent);
  expand(data);
  $("main").hidden = false;
  $("sorry").hidden = true;
  fillControls();
  drawOverview();
  listen();
  go(asked());
}

begin();
