/** "What happened": the newest line first, and the oldest gone. */
import { at, element } from "./dom.js";

const MAX_LINES = 20;

export function say(...parts) {
  const log = at("log");
  log.querySelector(".hint")?.remove();
  log.prepend(element("li", {}, element("time", {}, new Date().toLocaleTimeString()), element("span", {}, ...parts)));
  while (log.children.length > MAX_LINES) log.lastChild.remove();
}
