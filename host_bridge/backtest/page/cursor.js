// The cursor: hover, or the arrow keys, tell the figures of one instant; dragging zooms.
function moveCursor(at) {
  const { from, until, queue, day, x, panels, height, left, right } = frame;
  state.at = at === null ? null : Math.min(until, Math.max(from, Math.round(at)));
  const cursor = frame.cursor;
  cursor.replaceChildren();
  cursor.setAttribute("visibility", state.at === null ? "hidden" : "visible");
  if (state.at === null) return tell(null);
  const place = x(state.at), turned = place > right - 70;
  cursor.append(drawn("line", { class: "cursor", x1: place, x2: place, y1: panels[0].top, y2: height - AXIS }));
  const figures = figuresAt(queue, state.at, day);
  for (const panel of panels) {
    const value = figures[panel.key];
    if (value === null && panel.key === "sla") continue;
    const y = panel.y(value ?? 0);
    cursor.append(drawn("circle", { class: "dot", cx: place, cy: y, r: 3.5 }));
    cursor.append(label(place + (turned ? -8 : 8), Math.max(panel.top + 12, y - 6), value === null ? "nobody waits" : panel.text(value), { class: "now", "text-anchor": turned ? "end" : "start" }));
  }
  cursor.append(label(Math.min(right - 26, Math.max(left + 26, place)), height - 6, clock(state.at), { class: "now", "text-anchor": "middle" }));
  return tell(figures);
}

function tell(figures) {
  const { queue, day } = frame;
  if (!figures) {
    $("readout").textContent = "Move over the chart, or press → in it, to read what held at an instant.";
    return;
  }
  const parts = [clock(state.at), `${figures.waiting} waiting`];
  if (figures.oldest !== null) parts.push(`the longest for ${wait(figures.oldest)}`);
  parts.push(figures.sla === null ? "service level: too few calls yet" : `service level ${Math.floor(figures.sla / 10)} %${queue.target ? ` (target ${queue.target / 10} %)` : ""}`);
  data.names.forEach((_, file) => {
    const fire = queue.days[day.index][file].alarms.flatMap((each) => {
      const span = each.spans.find(({ from, until }) => from <= state.at && state.at < until);
      return span ? [`${isolated(each.rule.id)} ${SEVERITY[span.severity]}`] : [];
    });
    const open = queue.days[day.index][file].hours.some(([from, until]) => from <= state.at && state.at < until);
    parts.push(`${data.names.length > 1 ? `${"AB"[file]}: ` : ""}${fire.join(", ") || (open ? "no alarm" : "closed")}`);
  });
  $("readout").textContent = parts.join(" · ");
}

function zoomTo(alarm) {
  const room = Math.max(300, (alarm.until - alarm.from) * 0.6);
  const day = data.days[state.day];
  const from = Math.max(day.from, alarm.from - room), until = Math.min(day.until, alarm.until + room);
  go({ span: [from, until], at: alarm.from, file: alarm.file });
}

function zoomBy(factor) {
  const [from, until] = shownSpan(), day = data.days[state.day];
  const middle = state.at ?? (from + until) / 2, wide = Math.max(60, (until - from) * factor);
  const begin = Math.max(day.from, middle - (wide * (middle - from)) / (until - from));
  go({ span: wide >= day.until - day.from ? null : [begin, Math.min(day.until, begin + wide)] });
}

function listenToChart() {
  const chart = $("chart");
  let pressed = null;
  const timeAt = (event) => {
    const box = chart.getBoundingClientRect(), { left, right, from, until } = frame;
    const place = ((event.clientX - box.left) / box.width) * frame.width;
    return Math.min(until, Math.max(from, from + ((place - left) / (right - left)) * (until - from)));
  };
  chart.addEventListener("pointerdown", (event) => { if (event.button === 0 && event.pointerType === "mouse") pressed = timeAt(event); });
  chart.addEventListener("pointermove", (event) => {
    const at = timeAt(event);
    moveCursor(at);
    if (pressed === null) return;
    const [a, b] = [frame.x(Math.min(pressed, at)), frame.x(Math.max(pressed, at))];
    frame.brush.setAttribute("visibility", b - a > 4 ? "visible" : "hidden");
    frame.brush.setAttribute("x", a);
    frame.brush.setAttribute("width", b - a);
  });
  addEventListener("pointerup", (event) => {
    if (pressed === null) return;
    const [from, until] = [pressed, timeAt(event)].sort((a, b) => a - b);
    pressed = null;
    frame.brush.setAttribute("visibility", "hidden");
    if (frame.x(until) - frame.x(from) > 4) go({ span: [from, Math.max(until, from + 20)] });
  });
  chart.addEventListener("pointerleave", () => { if (pressed === null && document.activeElement !== chart) moveCursor(null); });
  chart.addEventListener("keydown", (event) => {
    const [from, until] = shownSpan(), step = ((until - from) / 200) * (event.shiftKey ? 10 : 1);
    const at = state.at ?? (from + until) / 2;
    const keys = {
      ArrowLeft: () => moveCursor(at - Math.max(1, step)), ArrowRight: () => moveCursor(at + Math.max(1, step)),
      Home: () => moveCursor(from), End: () => moveCursor(until),
      "+": () => zoomBy(0.5), "=": () => zoomBy(0.5), "-": () => zoomBy(2), 0: () => go({ span: null }),
      Escape: () => (state.span ? go({ span: null }) : moveCursor(null)),
    };
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
