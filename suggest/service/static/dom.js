/** Elements of the demo pages. Children that are text stay text, whatever they hold. */

export const at = (id) => document.getElementById(id);

export function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A drawn sign beside words that say the same. */
export function icon(d) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

export const SEARCH = "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zm4.8 11.3L20 20";
export const FORWARD = "M9 6l6 6l-6 6";

/** A query in quotation marks that does not turn the words around it, whatever its direction. */
export const quoted = (query) => element("span", {}, "“", element("bdi", {}, query), "”");
