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

function badge(part, href) {
  const node = el(href ? "a" : "span", `badge ${part.tone}`);
  node.append(el("span", "sign", part.sign), el("span", "", part.word));
  node.firstChild.setAttribute("aria-hidden", "true");
  if (href) node.href = href;
  return node;
}

function spark(values, title) {
  const ns = "http://www.w3.org/2000/svg", width = 84, height = 20;
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

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".jobs");
  const focused = parentElement.activeElement?.dataset.f ?? root.getRootNode().activeElement?.dataset?.f;
  const skew = data.now - Date.now() / 1000;
  const ticking = [];
  const address = (run) => `${data.run_url}?id=${encodeURIComponent(run)}`;

  // A plain click stays within the page's session; with a modifier the browser opens the address itself.
  const leads = (link, href, name, trigger, id) => {
    link.href = href;
    link.dataset.f = name;
    link.onclick = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      setTriggerValue(trigger, id);
    };
    return link;
  };
  const opens = (link, run, name) => leads(link, address(run), name, "open", run);
  const jobLink = (job) => leads(
    el("a", "name", job.name), `${data.job_url}?id=${encodeURIComponent(job.id)}`, `job-${job.id}`, "open_job", job.id);

  const cell = (tr, cls, ...children) => {
    const td = el("td", cls);
    td.append(...children);
    tr.append(td);
    return td;
  };

  function stateCell(tr, job) {
    const mark = badge(job.state, job.state.run && address(job.state.run));
    if (job.state.run) opens(mark, job.state.run, `state-${job.id}`);
    const detail = el("div", "sub", job.state.detail);
    const td = cell(tr, "state", mark, detail);
    if (job.state.since) ticking.push((now) => {
      detail.textContent = `${job.state.detail}, ${Math.max(0, Math.floor(now - job.state.since))} s`;
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
  }

  function nextCell(tr, job) {
    const left = el("div", "num", job.next.at ? "" : job.next.text);
    const td = cell(tr, "", left);
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
    if (!job.last) return cell(tr, "", el("span", "sub", "has not run yet"));
    const mark = opens(badge(job.last, address(job.last.run)), job.last.run, `last-${job.id}`);
    mark.title = job.last.title;
    const when = el("div", "sub nowrap");
    if (job.last.at) ticking.push((now) => { when.textContent = ago(now - job.last.at); });
    const td = cell(tr, "", mark, when);
    if (job.last.detail) td.append(el("div", "sub", job.last.detail));
  }

  function row(job) {
    const tr = el("tr");
    tr.dataset.job = job.id;
    cell(tr, "job", jobLink(job), el("div", "sub", job.description));
    stateCell(tr, job);
    const schedule = cell(tr, "schedule", el("div", "", job.schedule));
    schedule.title = job.schedule_title;
    nextCell(tr, job);
    lastCell(tr, job);
    const time = cell(tr, "mid", el("div", "num", job.last ? job.last.duration : "—"));
    time.title = job.durations_title;
    if (job.durations.length > 1) time.append(spark(job.durations, job.durations_title));
    const strip = el("div", "strip");
    for (const mark of job.marks) {
      const link = opens(el("a", `m-${mark.tone}`), mark.run, mark.run);
      link.title = mark.title;
      link.setAttribute("aria-label", mark.title);
      strip.append(link);
    }
    cell(tr, "wide", job.marks.length ? strip : el("span", "sub", "—"));
    cell(tr, "n num mid", el("div", "", job.succeeded.toLocaleString("en")));
    cell(tr, "n num mid", el("div", "", job.failed.toLocaleString("en")));
    const acts = el("div", "acts");
    for (const button of job.buttons) {
      const node = el("button", "", button.word);
      node.dataset.f = `${button.act}-${job.id}`;
      node.title = button.title;
      node.setAttribute("aria-label", `${button.word} ${job.name}`);
      node.disabled = button.disabled;
      node.onclick = () => {
        node.disabled = true;
        setTriggerValue("command", { act: button.act, id: job.id, run: button.run ?? null });
      };
      acts.append(node);
    }
    cell(tr, "n", acts);
    return tr;
  }

  const heads = [["Job"], ["State"], ["Schedule"], ["Next run"], ["Last run"], ["Duration", "mid"], ["Last 30", "wide"],
    ["Succeeded", "n mid"], ["Failed", "n mid"], ["", "n"]];
  const table = el("table"), head = el("tr"), body = el("tbody");
  for (const [word, cls] of heads) {
    const th = el("th", cls, word);
    th.scope = "col";
    head.append(th);
  }
  table.append(el("thead"), body);
  table.tHead.append(head);
  body.append(...data.rows.map(row));
  root.replaceChildren(data.rows.length ? table : el("div", "empty", "No job is in the catalogue yet."));

  const tick = () => ticking.forEach((draw) => draw(Date.now() / 1000 + skew));
  tick();
  const timer = setInterval(tick, 1000);
  if (focused) root.querySelector(`[data-f="${CSS.escape(focused)}"]`)?.focus();
  return () => clearInterval(timer);
}
