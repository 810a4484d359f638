// What the page knows. All times are seconds since the first day's start; `wall` tells what a clock at the site showed.
const $ = (id) => document.getElementById(id);
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const SEVERITY = ["", "warn", "critical"];

async function unpack(text) {
  const packed = Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(plain).text());
}

// Turns deltas into times and firings into alarms, once.
function expand(data) {
  data.days = data.days.map(([date, from, until], index) => {
    const [year, month, day] = date.split("-").map(Number);
    const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
    return { index, date, from, until, day, weekday, month: MONTHS[month - 1], name: `${WEEKDAYS[weekday]} ${day} ${MONTHS[month - 1]} ${year}` };
  });
  for (const queue of data.queues) {
    let at = 0;
    queue.at = queue.series[0].map((step) => (at += step));
    [, queue.waiting, queue.oldest, queue.sla] = queue.series;
    queue.alarms = queue.firings.map((firings, file) => firings.map((firing) => alarm(queue, file, firing)));
    queue.days = data.days.map((day) => queue.alarms.map((alarms, file) => dayFigures(queue.open[file], alarms, day)));
  }
}

function alarm(queue, file, [rule, from, ...steps]) {
  const spans = [];
  let at = from;
  for (let place = 0; steps[place] > 0; place += 2) {
    const until = at + steps[place + 1];
    spans.push({ from: at, until, severity: steps[place] });
    at = until;
  }
  const severity = Math.max(...spans.map((span) => span.severity));
  return { rule: queue.rules[file][rule], file, from, until: at, severity, spans, goesOn: steps.at(-1) < 0 };
}

function dayFigures(open, alarms, day) {
  const mine = alarms.filter((each) => each.from < day.until && each.until > day.from);
  const began = mine.filter((each) => each.from >= day.from);
  const hours = open.filter(([from, until]) => from < day.until && until > day.from)
    .map(([from, until]) => [Math.max(from, day.from), Math.min(until, day.until)]);
  const length = hours.reduce((sum, [from, until]) => sum + until - from, 0);
  const cut = (spans) => spans.map((span) => [Math.max(span.from, day.from), Math.min(span.until, day.until)]);
  const inAlarm = together(cut(mine));
  const critical = together(cut(mine.flatMap((each) => each.spans.filter((span) => span.severity === 2))));
  return { alarms: mine, count: began.length, hours, open: length, inAlarm, critical, share: length ? Math.min(1, inAlarm / length) : 0 };
}

// The length of all spans, what they share counted once.
function together(spans) {
  let sum = 0, reached = -Infinity;
  for (const [from, until] of spans.sort((a, b) => a[0] - b[0])) {
    sum += Math.max(0, until - Math.max(from, reached));
    reached = Math.max(reached, until);
  }
  return sum;
}

// The last place whose time is at or before `at`, −1 when there is none.
function placeAt(times, at) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// What a queue's figures were at a moment: waiting, longest wait in s or null, service level in ‰ or null.
function figuresAt(queue, at, day) {
  const place = placeAt(queue.at, at);
  if (place < 0) return { waiting: 0, oldest: null, sla: null };
  const old = queue.oldest[place];
  const sla = queue.at[place] < day.from ? -1 : queue.sla[place];
  return { waiting: queue.waiting[place], oldest: old < 0 ? null : old + at - queue.at[place], sla: sla < 0 ? null : sla };
}

const two = (number) => String(number).padStart(2, "0");

function clock(at, seconds = true) {
  const shift = data.wall[Math.max(0, placeAt(data.wall.map(([from]) => from), at))][1];
  const wall = (((Math.floor(at) + shift) % 86400) + 86400) % 86400;
  const text = `${two(Math.floor(wall / 3600))}:${two(Math.floor(wall / 60) % 60)}`;
  return seconds ? `${text}:${two(wall % 60)}` : text;
}

// 1:42, 12:05, 1:02:10: a wait as the panel shows it.
function wait(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, two(whole % 60)];
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// 8 s, 1:42, 3 h 05 m: how long something lasted.
function long(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? wait(whole) : `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} m`;
}

const percent = (share) => (share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(share * 100)} %`);
const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
const isolated = (text) => `\u2068${text}\u2069`;  // Hebrew in an English sentence

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
