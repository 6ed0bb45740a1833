// Draws what Python decided. Text goes in by textContent only, so nothing in it can become markup.
const el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text != null) node.textContent = text;
  return node;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".links");
  const focused = root.getRootNode().activeElement?.dataset?.f;
  const table = el("table");
  table.setAttribute("aria-label", data.label);
  const heads = el("tr");
  for (const column of data.columns) {
    const head = el("th", column.number ? "number" : "", column.title);
    head.scope = "col";
    heads.append(head);
  }
  const thead = el("thead");
  thead.append(heads);
  const body = el("tbody");
  for (const row of data.rows) {
    const tr = el("tr");
    row.cells.forEach((cell, at) => {
      const td = el("td", data.columns[at].number ? "number" : at ? "" : "first");
      if (cell.title) td.title = cell.title;
      if (at === 0) {
        const link = el("a", "", cell.text);
        link.href = row.href;
        link.dataset.f = row.value;
        link.onclick = (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
          event.preventDefault();
          setTriggerValue("open", row.value);
        };
        td.append(link);
      } else {
        td.append(el("span", cell.tone, cell.text));
      }
      if (cell.note) td.append(el("span", "note", cell.note));
      tr.append(td);
    });
    body.append(tr);
  }
  table.append(thead, body);
  root.replaceChildren(table);
  if (focused) root.querySelector(`[data-f="${CSS.escape(focused)}"]`)?.focus();
}
