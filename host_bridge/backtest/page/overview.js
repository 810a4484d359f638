// All days and queues on one sheet: how many alarms began. The stronger the colour the more, so the worst day stands out.
const shadeOf = (count, most) => (count ? 0.06 + 0.84 * Math.sqrt(count / most) : 0);

function drawOverview() {
  const table = $("overview");
  const days = data.days, files = data.names.map((_, file) => file);
  const most = Math.max(1, ...data.queues.flatMap((queue) => queue.days.flat()).map((each) => each.count));
  const months = element("tr", {}, element("td"));
  for (let place = 0; place < days.length; ) {
    let end = place;
    while (end < days.length && days[end].month === days[place].month) end++;
    months.append(element("th", { colSpan: end - place, className: "month", textContent: days[place].month }));
    place = end;
  }
  months.append(element("td"));
  const heads = element("tr", {}, element("td"), ...days.map((day) => {
    const head = element("th", { scope: "col", title: day.name }, day.weekday === undefined ? "" : WEEKDAYS[day.weekday].slice(0, 2));
    head.append(element("br"), String(day.day));
    head.dataset.day = day.index;
    return head;
  }), element("th", { scope: "col", textContent: "a day" }));
  const rows = data.queues.map((queue, place) => overviewRow(queue, place, days, files, most));
  table.replaceChildren(element("thead", {}, months, heads), element("tbody", {}, ...rows));
  const legend = ["how many began; the stronger the colour, the more"];
  if (files.length > 1) legend.push("; above A ", element("bdi", { textContent: data.names[0] }), ", below B ", element("bdi", { textContent: data.names[1] }));
  $("overview-legend").replaceChildren(...legend);
}

function overviewRow(queue, place, days, files, most) {
  const name = element("th", { scope: "row", title: queue.id }, element("bdi", { textContent: queue.label }));
  if (queue.label !== queue.id) name.append(element("bdi", { className: "id", textContent: queue.id }));
  const row = element("tr", {}, name);
  for (const day of days) {
    const figures = queue.days[day.index];
    const cell = element("td");
    if (!figures[0].open && !figures.some((each) => each.alarms.length)) {
      cell.className = "closed";
      cell.title = "closed";
    }
    const button = element("button", { title: `${day.name}: ${figures.map((each) => `${many(each.count, "alarm")}, ${percent(each.share)} of the hours`).join(" / ")}` });
    button.append(...figures.map((each) => {
      const shade = shadeOf(each.count, most);
      const text = element("span", { textContent: each.count || (each.open ? "0" : "") });
      text.style.background = `rgba(var(--heat), ${shade})`;
      text.className = shade > 0.5 ? "dark" : each.count ? "" : "none";
      return text;
    }));
    button.addEventListener("click", () => go({ queue: place, day: day.index, span: null }));
    cell.append(button);
    cell.dataset.cell = `${place} ${day.index}`;
    row.append(cell);
  }
  const open = days.filter((day) => queue.days[day.index][0].open).length;
  const average = files.map((file) => {
    const count = days.reduce((sum, day) => sum + queue.days[day.index][file].count, 0);
    return open ? (count / open).toFixed(count / open < 9.95 ? 1 : 0) : "–";
  });
  row.append(element("td", { className: "average", textContent: average.join(" / ") }));
  return row;
}

// Scrolls the table, never the page, to where the cell is seen.
function reveal(cell) {
  const frame = $("overview").parentElement, names = cell.parentElement.cells[0].offsetWidth;
  const from = cell.offsetLeft - names, until = cell.offsetLeft + cell.offsetWidth - frame.clientWidth;
  if (frame.scrollLeft > from || frame.scrollLeft < until) frame.scrollLeft = (from + until) / 2;
  const heads = cell.closest("table").tHead.offsetHeight;
  const above = cell.offsetTop - heads, below = cell.offsetTop + cell.offsetHeight - frame.clientHeight;
  if (frame.scrollTop > above || frame.scrollTop < below) frame.scrollTop = (above + below) / 2;
}

function markOverview() {
  for (const cell of document.querySelectorAll("#overview td[data-cell]"))
    if (cell.classList.toggle("chosen", cell.dataset.cell === `${state.queue} ${state.day}`)) reveal(cell);
  for (const head of document.querySelectorAll("#overview th[data-day]"))
    head.classList.toggle("chosen", Number(head.dataset.day) === state.day);
}
