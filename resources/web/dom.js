// Small helpers that both pages share.

export const $ = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const percent = (score) => `${(score * 100).toFixed(1)} %`;
export const memoryText = (bytes) =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;

// Names and values of a <dl>.
export function fill(list, rows) {
  list.replaceChildren(
    ...rows.flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value })]),
  );
}

// The token is kept as long as the tab is, and nowhere else.
export const keptToken = () => sessionStorage.getItem("token") ?? "";
export function keepToken(text) {
  if (text) sessionStorage.setItem("token", text);
  else sessionStorage.removeItem("token");
}
