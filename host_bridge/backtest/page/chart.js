// One day of one queue: waiting calls, longest wait and service level over the same hours, and a lane for each rule.
// An alarm is seen twice: in its lane (warn: half a band, hatched; critical: a whole one, solid) and in the figure itself.
const GAP = 26, LANE = 17, AXIS = 22;
const STEPS = [1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600];
let frame = null;  // of the chart as it is drawn: scales, and what the cursor moves

function drawChart() {
  const queue = data.queues[state.queue], day = data.days[state.day], [from, until] = shownSpan();
  const width = Math.max(300, $("chart").clientWidth), narrow = width < 600;
  const left = narrow ? 44 : 92, right = width - (narrow ? 44 : 96);
  const x = (at) => left + ((at - from) / (until - from)) * (right - left);
  const figures = queue.days[day.index], tall = narrow ? 84 : 112;
  const tested = data.names.map((_, file) => queue.rules[file].filter((rule) => !rule.untested));
  const lanes = [...new Set(tested.flat().map((rule) => rule.id))];
  const laneTall = LANE + (data.names.length > 1 ? 12 : 0) + (narrow ? 16 : 6);
  const top = 20;
  const panels = [
    { key: "waiting", title: "Waiting calls", metric: "waiting", tall, text: (value) => String(value) },
    { key: "oldest", title: "Longest wait", metric: "wait", tall, text: wait, scale: 1000 },
    { key: "sla", title: "Service level", metric: "sla", tall: narrow ? tall : tall * 0.75, text: (value) => `${Math.floor(value / 10)} %` },
  ];
  let y = top;
  for (const panel of panels) {
    panel.top = y;
    panel.bottom = y + panel.tall;
    y = panel.bottom + GAP;
  }
  const lanesTop = y - 6, height = lanesTop + lanes.length * laneTall + AXIS;
  frame = { queue, day, from, until, x, left, right, panels, lanes, lanesTop, laneTall, height, width, narrow };
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${queue.label}, ${day.name}` });
  svg.append(patterns(), shut(figures[0].hours), hours());
  for (const panel of panels) svg.append(...drawPanel(panel));
  svg.append(...lanes.flatMap((id, place) => drawLane(id, lanesTop + place * laneTall)));
  frame.cursor = drawn("g", { visibility: "hidden" });
  frame.brush = drawn("rect", { class: "brush", y: top, height: height - AXIS - top, visibility: "hidden" });
  svg.append(frame.brush, frame.cursor);
  $("chart").replaceChildren(svg);
}

function patterns() {
  const lines = (id, size, ...marks) => drawn("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, ...marks);
  const { left, right, height } = frame;
  return drawn("defs", {},
    lines("hatch", 5, drawn("rect", { width: 5, height: 5, class: "hatch-ground" }), drawn("line", { x1: 1, x2: 1, y2: 5, class: "hatch" })),
    lines("shut", 6, drawn("line", { x1: 1, x2: 1, y2: 6, class: "shut" })),
    drawn("clipPath", { id: "inside" }, drawn("rect", { x: left, width: right - left, height })));
}

// What lies outside the opening hours is hatched: there are figures, and no alarms.
function shut(hours) {
  const { from, until, x, panels, height, day } = frame;
  const group = drawn("g", {});
  let at = Math.max(from, day.from);
  for (const [opens, closes] of [...hours, [Math.min(until, day.until), Infinity]]) {
    const end = Math.min(opens, until);
    if (end > at) {
      const wide = x(end) - x(at);
      group.append(drawn("rect", { x: x(at), width: wide, y: panels[0].top, height: height - AXIS - panels[0].top, fill: "url(#shut)" }));
      if (wide > 50) group.append(label(x(at) + wide / 2, panels[0].top + 14, "closed", { "text-anchor": "middle", class: "now" }));
    }
    at = Math.max(at, closes);
  }
  return group;
}

function hours() {
  const { from, until, x, panels, height, left, right } = frame;
  const room = Math.max(2, (right - left) / 64);
  const step = STEPS.find((each) => (until - from) / each <= room) || 21600;
  const group = drawn("g", {});
  const shift = data.wall[Math.max(0, placeAt(data.wall.map(([at]) => at), from))][1];
  for (let at = Math.ceil((from + shift) / step) * step - shift; at <= until; at += step) {
    group.append(drawn("line", { class: "grid", x1: x(at), x2: x(at), y1: panels[0].top, y2: height - AXIS }));
    group.append(label(x(at), height - 6, clock(at, step < 60), { "text-anchor": "middle" }));
  }
  group.append(drawn("line", { class: "axis", x1: left, x2: right, y1: height - AXIS, y2: height - AXIS }));
  return group;
}

function drawPanel(panel) {
  const { queue, day, from, until, x, left, right } = frame;
  const rule = queue.rules[state.file].find((each) => each.id === panel.metric && !each.untested);
  const limits = (rule ? rule.levels : []).filter(([, metric]) => metric === panel.metric)
    .map(([severity, , value, text]) => ({ severity, value: value / (panel.scale || 1), text }));
  const curve = trace(panel, from, until);
  panel.most = panel.key === "sla" ? 1000 : Math.max(1, dayPeak(panel).value, ...limits.filter((each) => each.value <= 2 * dayPeak(panel).value).map((each) => each.value)) * 1.04;
  panel.y = (value) => panel.bottom - (Math.min(value, panel.most) / panel.most) * panel.tall;
  const point = ([at, value]) => `${x(at).toFixed(1)},${panel.y(value).toFixed(1)}`;
  const made = [label(left, panel.top - 6, panel.title, { class: "title" })];
  for (const value of ticks(panel)) {
    made.push(drawn("line", { class: "grid", x1: left, x2: right, y1: panel.y(value), y2: panel.y(value) }));
    made.push(label(left - 6, panel.y(value) + 4, panel.text(value), { "text-anchor": "end" }));
  }
  const bars = isDense();
  const line = curve.map((points) => `M${points.map(point).join("L")}`).join("");
  const ground = ([at]) => `${x(at).toFixed(1)},${panel.bottom}`;
  const area = bars ? skyline(panel, curve) : curve.map((points) => `M${ground(points[0])}L${points.map(point).join("L")}L${ground(points.at(-1))}Z`).join("");
  made.push(...inAlarm(panel, rule, panel.key === "sla" ? "" : area, line, bars));
  made.push(drawn("line", { class: "axis", x1: left, x2: right, y1: panel.bottom, y2: panel.bottom }), ...drawLimits(panel, limits));
  const peak = peakOf(curve);
  if (panel.key !== "sla" && peak && peak[1] > 0) {
    const anchor = x(peak[0]) > right - 110 ? "end" : x(peak[0]) < left + 130 ? "start" : "middle";
    made.push(label(Math.max(left + 110, x(peak[0])), panel.top - 6, `${panel.text(peak[1])} at ${clock(peak[0], false)}`, { class: "peak", "text-anchor": anchor === "start" ? "start" : anchor }));
  }
  return made;
}

// Whether a pixel is so many seconds that changes would fade or run together in it.
const isDense = () => (frame.until - frame.from) / (frame.right - frame.left) > 15;

// A dense curve as one bar a pixel, as high as the figure was there at most: no spike fades for being thin.
function skyline(panel, curve) {
  const { x, left, right } = frame, columns = new Float64Array(Math.ceil(right - left) + 1);
  const raise = (column, value) => { if (column >= 0 && column < columns.length) columns[column] = Math.max(columns[column], value); };
  for (const points of curve)
    for (let place = 1; place < points.length; place++) {
      const [[a, low], [b, high]] = [points[place - 1], points[place]];
      const first = Math.floor(x(a) - left), last = Math.floor(x(b) - left);
      for (let column = first; column <= last; column++)
        raise(column, column === last ? Math.max(high, first === last ? low : 0) : low + ((high - low) * (column - first)) / Math.max(1, last - first));
    }
  let path = "";
  columns.forEach((value, column) => { if (value) path += `M${left + column},${panel.bottom}V${panel.y(value).toFixed(1)}h1V${panel.bottom}z`; });
  return path;
}

// The figure in the colour and pattern of the alarm that its own rule raised: the area, or a line without one.
function inAlarm(panel, rule, area, line, bars) {
  const { queue, day, x, left, right } = frame;
  const shapes = (kind, fill, clip) => [
    ...(area ? [drawn("path", { ...fill, d: area, "clip-path": clip })] : []),
    ...(area && bars ? [] : [drawn("path", { class: `curve ${kind}${area ? "" : " alone"}`, d: line, "clip-path": clip })]),
  ];
  const made = shapes("", { class: "area" }, "url(#inside)");
  if (!rule) return made;
  const alarms = queue.days[day.index][state.file].alarms.filter((each) => each.rule === rule);
  for (const severity of [1, 2]) {
    const clip = drawn("clipPath", { id: `${panel.key}-${severity}` });
    for (const span of alarms.flatMap((each) => each.spans)) {
      let [begin, end] = [Math.max(left, x(span.from)), Math.min(right, x(span.until))];
      if (bars && area) [begin, end] = [left + Math.floor(begin - left), left + Math.ceil(end - left)];
      if (span.severity === severity && end > begin) clip.append(drawn("rect", { x: begin, width: Math.max(0.8, end - begin), y: panel.top - 4, height: panel.tall + 8 }));
    }
    const fill = severity === 2 ? { class: "critical" } : { fill: "url(#hatch)" };
    made.push(clip, ...shapes(SEVERITY[severity], fill, `url(#${panel.key}-${severity})`));
  }
  return made;
}

function drawLimits(panel, limits) {
  const { left, right, queue, narrow } = frame;
  const lines = limits.map(({ severity, value, text }) => ({ value, kind: SEVERITY[severity], text: `${SEVERITY[severity]} ${text}` }));
  if (panel.key === "sla" && queue.target) lines.push({ value: queue.target, kind: "target", text: `target ${queue.target / 10}%` });
  const fits = lines.filter((line) => line.value <= panel.most).sort((a, b) => b.value - a.value);
  let lowest = -Infinity;
  const places = fits.map((line) => (lowest = Math.max(panel.y(line.value) + 4, lowest + 13)));
  const over = Math.max(0, (places.at(-1) ?? 0) - panel.bottom - 4);  // a crowd at the bottom moves up together
  return fits.flatMap((line, place) => [
    drawn("line", { class: `limit ${line.kind}`, x1: left, x2: right, y1: panel.y(line.value), y2: panel.y(line.value) }),
    narrow
      ? label(right - 3, places[place] - over - 7, line.text, { class: `${line.kind} over`, "text-anchor": "end" })
      : label(right + 6, places[place] - over, line.text, { class: line.kind }),
  ]);
}

// The curve's pieces as [time, value]; between two changes a longest wait goes on rising.
function trace(panel, from, until) {
  const { queue, day } = frame;
  const values = queue[panel.key], end = Math.min(until, day.until, data.until), pieces = [];
  let piece = [];
  for (let place = Math.max(0, placeAt(queue.at, Math.max(from, day.from))); place < queue.at.length && queue.at[place] <= end; place++) {
    const at = queue.at[place], next = Math.min(end, queue.at[place + 1] ?? end), value = values[place];
    if (panel.key === "sla" && (value < 0 || at < day.from)) {
      if (piece.length) pieces.push(piece);
      piece = [];
      continue;
    }
    if (panel.key === "oldest") piece.push([at, Math.max(0, value)], [next, value < 0 ? 0 : value + next - at]);
    else piece.push([at, value], [next, value]);
  }
  if (piece.length) pieces.push(piece);
  return pieces;
}

function peakOf(pieces) {
  let best = null;
  for (const piece of pieces) for (const point of piece) if (!best || point[1] > best[1]) best = point;
  return best;
}

function dayPeak(panel) {
  const best = peakOf(trace(panel, frame.day.from, frame.day.until));
  return { value: best ? best[1] : 0 };
}

function ticks(panel) {
  if (panel.key === "sla") return [0, 500, 1000];
  const steps = panel.key === "oldest" ? [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  const step = steps.find((each) => panel.most / each <= 3.5) || steps.at(-1);
  return Array.from({ length: Math.floor(panel.most / step) + 1 }, (_, place) => place * step);
}

function drawLane(id, top) {
  const { queue, day, x, left, right, narrow } = frame;
  const files = data.names.length, tall = files > 1 ? 12 : LANE, made = [];
  const place = top + (narrow ? 13 : 0);
  made.push(label(narrow ? left : left - (files > 1 ? 22 : 6), narrow ? top + 9 : place + tall / 2 + 4 + (files > 1 ? 7 : 0), isolated(short(id, narrow ? 40 : 12)), { class: "title", "text-anchor": narrow ? "start" : "end" }));
  data.names.forEach((_, file) => {
    const y = place + file * (tall + 3);
    const rule = queue.rules[file].find((each) => each.id === id && !each.untested);
    if (!rule) {
      made.push(label(left + 4, y + tall - 2, files > 1 ? "no such rule" : ""));
      return;
    }
    if (files > 1) made.push(label(left - 6, y + tall - 2, "AB"[file], { "text-anchor": "end" }));
    made.push(drawn("rect", { class: "lane", x: left, width: right - left, y, height: tall }));
    const figures = queue.days[day.index][file];
    const alarms = figures.alarms.filter((each) => each.rule === rule);
    for (const each of alarms) made.push(...drawAlarm(each, y, tall));
    const began = alarms.filter((each) => each.from >= day.from).length;
    made.push(label(right + 6, y + tall / 2 + 4, `${began} ×`));
  });
  return made;
}

function drawAlarm(alarm, y, tall) {
  const { x, left, right } = frame;
  const begin = x(alarm.from), end = Math.max(x(alarm.until), begin + 2);  // the shortest can still be seen
  if (end < left || begin > right) return [];
  const group = drawn("g", { class: "band" }, drawn("title", {}, sentence(alarm)));
  for (const span of alarm.spans) {
    const a = Math.max(left, x(span.from)), b = Math.min(right, alarm.spans.length === 1 ? end : Math.max(x(span.until), x(span.from) + 0.7));
    if (b <= a) continue;
    const half = span.severity === 1;
    group.append(drawn("rect", { x: a, width: b - a, y: half ? y + tall / 2 : y, height: half ? tall / 2 : tall, ...(half && b - a > 4 ? { fill: "url(#hatch)" } : { class: SEVERITY[span.severity] }) }));
    if (half && b - a > 4) group.append(drawn("rect", { class: "warn", x: a, width: b - a, y: y + tall / 2, height: 1.5 }));
  }
  group.addEventListener("click", () => zoomTo(alarm));
  return [group];
}

function label(x, y, text, attributes = {}) {
  return drawn("text", { x: x.toFixed(1), y: y.toFixed(1), ...attributes }, text);
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
