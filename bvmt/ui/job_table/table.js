// Draws what rows.py decided. Text goes in by textContent only, so nothing in it can become markup.
const el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text != null) node.textContent = text;
  return node;
};
const two = (n) => String(n).padStart(2, "0");

function countdown(seconds) {
  let s = Math.max(0, Math.ceil(seconds));
  const days = Math.floor(s / 86400);
  s %= 86400;
  const clock = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return days ? `${days} d ${clock}` : clock;
}

function ago(seconds) {
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

function lasted(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${two(s % 60)} s` : `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
}

function badge(part, href) {
  const node = el(href ? "a" : "span", `badge ${part.tone}`);
  node.append(el("span", "sign", part.sign), el("span", "", part.word));
  node.firstChild.setAttribute("aria-hidden", "true");
  if (href) node.href = href;
  return node;
}

function spark(values, title) {
  const ns = "http://www.w3.org/2000/svg", width = 60, height = 18;
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  const hint = document.createElementNS(ns, "title");
  hint.textContent = title;
  const longest = Math.max(...values) || 1;
  const line = document.createElementNS(ns, "polyline");
  const points = values.map((v, i) => `${(i * width) / (values.length - 1)},${height - 2 - (v / longest) * (height - 5)}`);
  line.setAttribute("points", points.join(" "));
  line.setAttribute("fill", "none");
  line.setAttribute("stroke", "var(--st-primary-color)");
  line.setAttribute("stroke-width", "1.5");
  svg.append(hint, line);
  return svg;
}

// The table's name for a column, where it is shown as cards; how it looks; empty: it names itself.
const COLUMNS = [["Job", "job"], ["State", "state"], ["Schedule", "schedule"], ["Next run", "next"], ["Last run", "last"],
  ["Duration", "time"], ["Last 30", "runs"], ["Succeeded", "n good"], ["Failed", "n bad"], ["Actions", "n act"]];

function draw(root, data, send) {
  const ticking = [];
  const address = (run) => `${data.run_url}?id=${encodeURIComponent(run)}`;

  // A plain click stays within the page's session; with a modifier the browser opens the address itself.
  const leads = (link, href, name, trigger, id) => {
    link.href = href;
    link.dataset.f = name;
    link.onclick = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      send(trigger, id);
    };
    return link;
  };
  const opens = (link, run, name) => leads(link, address(run), name, "open", run);
  const jobLink = (job) => leads(
    el("a", "name", job.name), `${data.job_url}?id=${encodeURIComponent(job.id)}`, `job-${job.id}`, "open_job", job.id);

  // Roles are said outright: a table that is laid out as cards would lose them.
  const cell = (tr, ...children) => {
    const [label, cls] = COLUMNS[tr.children.length];
    const td = el("td", cls);
    td.setAttribute("role", "cell");
    td.dataset.label = label;
    td.append(...children);
    tr.append(td);
    return td;
  };

  function alarm(job) {
    const chip = badge({ tone: "outlined", sign: "✕", word: job.alarm.text });
    const link = el("a", chip.className);
    link.append(...chip.childNodes);
    link.title = job.alarm.title;
    const href = `${data.failures_url}?job=${encodeURIComponent(job.id)}`;
    return leads(link, href, `alarm-${job.id}`, "open_failures", job.id);
  }

  function stateCell(tr, job) {
    const mark = badge(job.state, job.state.run && address(job.state.run));
    if (job.state.run) opens(mark, job.state.run, `state-${job.id}`);
    const detail = el("div", "sub", job.state.detail);
    const td = cell(tr, mark, detail);
    if (job.state.since) ticking.push((now) => {
      detail.textContent = `${job.state.detail}, ${lasted(now - job.state.since)}`;
    });
    if (job.state.percent != null) {
      const bar = el("div", "bar"), fill = el("div");
      fill.style.width = `${job.state.percent}%`;
      bar.setAttribute("role", "progressbar");
      bar.setAttribute("aria-valuenow", job.state.percent);
      bar.setAttribute("aria-label", job.state.progress);
      bar.append(fill);
      td.append(bar, el("div", "sub num-wrap", job.state.progress));
    }
    if (job.alarm) td.append(alarm(job));
  }

  function nextCell(tr, job) {
    const left = el("div", "num", job.next.at ? "" : job.next.text);
    const td = cell(tr, left);
    td.title = job.next.title;
    if (!job.next.at) return;
    td.append(el("div", "sub nowrap", job.next.text));
    ticking.push((now) => {
      const seconds = job.next.at - now;
      left.textContent = seconds <= 0 ? "due" : countdown(seconds);
      left.classList.toggle("soon", seconds < 60);
    });
  }

  function lastCell(tr, job) {
    if (!job.last) return cell(tr, el("span", "sub", "has not run yet"));
    const mark = opens(badge(job.last, address(job.last.run)), job.last.run, `last-${job.id}`);
    mark.title = job.last.title;
    const when = el("div", "sub nowrap");
    if (job.last.at) ticking.push((now) => { when.textContent = ago(now - job.last.at); });
    const td = cell(tr, mark, when);
    if (job.last.detail) td.append(el("div", "sub message", job.last.detail));
  }

  function timeCell(tr, job) {
    const line = el("div", "taken"), td = cell(tr, line);
    line.append(el("span", "num", job.last ? job.last.duration : "—"));
    if (job.durations.length > 1) line.append(spark(job.durations, job.durations_title));
    td.title = job.durations_title;
    const pace = job.last?.pace;
    if (pace) td.append(el("div", `pace ${pace}`, pace === "slower" ? "▲ slower" : "▼ quicker"));
    if (job.usual) td.append(el("div", "sub num-wrap", job.usual));
  }

  function actsCell(tr, job) {
    const acts = el("div", "acts");
    for (const button of job.buttons) {
      const node = el("button", "", button.word);
      node.dataset.f = `${button.act}-${job.id}`;
      node.title = button.title;
      node.setAttribute("aria-label", `${button.word} ${job.name}`);
      node.disabled = button.disabled;
      node.dataset.disabled = button.disabled ? "yes" : "";
      node.onclick = () => {
        node.disabled = true;
        send("command", { act: button.act, id: job.id, run: button.run ?? null });
      };
      acts.append(node);
    }
    cell(tr, acts);
  }

  function row(job) {
    const tr = el("tr");
    tr.dataset.job = job.id;
    tr.setAttribute("role", "row");
    cell(tr, jobLink(job), el("div", "sub", job.description));
    stateCell(tr, job);
    cell(tr, el("div", "", job.schedule)).title = job.schedule_title;
    nextCell(tr, job);
    lastCell(tr, job);
    timeCell(tr, job);
    const strip = el("div", "strip");
    for (const mark of job.marks) {
      const link = opens(el("a", `m-${mark.tone}`), mark.run, mark.run);
      link.title = mark.title;
      link.setAttribute("aria-label", mark.title);
      strip.append(link);
    }
    cell(tr, job.marks.length ? strip : el("span", "sub", "—"));
    cell(tr, el("div", "num", job.succeeded.toLocaleString("en")));
    cell(tr, el("div", "num", job.failed.toLocaleString("en")));
    actsCell(tr, job);
    return tr;
  }

  const table = el("table"), head = el("tr"), body = el("tbody");
  table.setAttribute("role", "table");
  table.setAttribute("aria-label", "Jobs");
  head.setAttribute("role", "row");
  for (const [word, cls] of COLUMNS) {
    const th = el("th", cls, word === "Actions" ? "" : word);
    if (word === "Actions") th.setAttribute("aria-label", word);
    th.scope = "col";
    th.setAttribute("role", "columnheader");
    head.append(th);
  }
  table.append(el("thead"), body);
  table.tHead.append(head);
  for (const part of [table.tHead, body]) part.setAttribute("role", "rowgroup");
  body.append(...data.rows.map(row));
  root.replaceChildren(data.rows.length ? table : el("div", "empty", "No job is in the catalogue yet."));
  return ticking;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".jobs"), age = parentElement.querySelector(".age");
  const skew = data.now - Date.now() / 1000;
  root.send = setTriggerValue;
  root.classList.toggle("stale", Boolean(data.stale));
  age.hidden = !data.stale;
  age.textContent = data.stale ? `The jobs as they were last known, ${data.stale}.` : "";

  // What did not change is left alone: a hint that is open, a marked text and the focus stay as they are.
  const rows = JSON.stringify(data.rows);
  if (root.rows !== rows) {
    const focused = root.getRootNode().activeElement?.dataset?.f;
    root.ticking = draw(root, data, (...what) => root.send(...what));
    root.rows = rows;
    if (focused) root.querySelector(`[data-f="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  } else {
    for (const button of root.querySelectorAll("button")) button.disabled = Boolean(button.dataset.disabled);
  }

  const tick = () => root.ticking.forEach((drawOne) => drawOne(Date.now() / 1000 + skew));
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
