// Keeps the lines that it was sent and draws new ones below. Text goes in by textContent only.
const NEAR_END = 40;
const held = new WeakMap();

const el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text != null) node.textContent = text;
  return node;
};

function marked(text, search) {
  const node = el("span", "message");
  const low = text.toLowerCase(), wanted = search.toLowerCase();
  if (!wanted || low.length !== text.length) {
    node.textContent = text;
    return node;
  }
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    node.append(text.slice(from, at), el("mark", "", text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  node.append(text.slice(from));
  return node;
}

function build(root) {
  const older = el("button", "older", "Show older lines"), list = el("div", "lines"), end = el("button", "end", "↓ Newest");
  list.setAttribute("role", "log");
  list.setAttribute("aria-label", "Log of the run");
  list.tabIndex = 0;
  const scroller = el("div", "frame");
  scroller.append(list, end);
  root.replaceChildren(older, scroller);
  const state = { older, list, end, generation: 0, last: 0, attempt: null, count: 0 };
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  list.onscroll = () => { end.hidden = atEnd(); };
  end.onclick = () => { list.scrollTop = list.scrollHeight; list.focus(); };
  state.atEnd = atEnd;
  return state;
}

function append(state, rows, search) {
  for (const row of rows) {
    if (row.id <= state.last) continue;
    if (state.attempt !== null && row.attempt !== state.attempt) {
      state.list.append(el("div", "divider", `Attempt ${row.attempt}`));
    }
    state.attempt = row.attempt;
    state.last = row.id;
    state.count += 1;
    const line = el("div", `line ${row.level}`);
    const time = el("time", "", row.time);
    time.title = row.title;
    const level = el("span", "level");
    const sign = el("span", "sign", row.sign);
    sign.setAttribute("aria-hidden", "true");
    level.append(sign, row.level);
    line.append(time, level, marked(row.message, search));
    state.list.append(line);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer");
  if (!held.has(root)) held.set(root, build(root));
  const state = held.get(root);
  const { list } = state;

  const fresh = data.start && data.generation !== state.generation;
  const behind = data.generation !== state.generation ? !data.start : !data.start && data.after > state.last;
  if (behind) {
    setTriggerValue("resync", data.generation);
    return;
  }
  const following = state.atEnd();
  if (fresh) {
    const height = list.scrollHeight, grew = state.reaching;
    state.reaching = false;
    list.replaceChildren();
    Object.assign(state, { generation: data.generation, last: 0, attempt: null, count: 0 });
    append(state, data.rows, data.search);
    // After a step back the line that was the first stands at the top, with the older ones above it.
    list.scrollTop = grew ? Math.max(0, list.scrollHeight - height - 3 * NEAR_END) : list.scrollHeight;
    if (!state.last) state.last = data.after;
  } else {
    append(state, data.rows, data.search);
    if (following) list.scrollTop = list.scrollHeight;
  }
  list.querySelector(".nothing")?.remove();
  if (!state.count) list.append(el("div", "nothing", data.nothing));
  state.end.hidden = state.atEnd();
  state.older.hidden = !data.older;
  state.older.disabled = false;
  state.older.onclick = () => {
    state.older.disabled = true;
    state.reaching = true;
    setTriggerValue("older", state.generation);
  };
}
