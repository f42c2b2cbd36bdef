/** What one would search next to a video: the first query in the bar over it, the others as chips. */
import { at, element, FORWARD, icon, SEARCH } from "./dom.js";
import { searchLinks } from "./links.js";
import { askQueries } from "./service.js";

const K = 5; // a bar, and two rows of two chips, for which the page keeps room
const NOTES = {
  none: "Nothing to search beside this video.",
  one: "Nothing else fits well enough.",
  notBuilt: "This index was built without videos: it knows no searches beside them.",
};

let latest = 0;

/** Asks and shows; `onSearch(query, position, exposure)` hears of taps. */
export async function showBeside(item, onSearch) {
  const turn = (latest += 1);
  at("chips").setAttribute("aria-busy", "true");
  const { request_id, queries, note } = await askQueries(`v1/items/${encodeURIComponent(item)}/queries`, { k: K }, NOTES);
  if (turn !== latest) return; // a later person's answer is the one that counts
  const links = searchLinks(item, queries, { surface: "item", request_id, input: item, item }, onSearch);
  links[0]?.prepend(icon(SEARCH), element("span", { class: "lead" }, "Search"));
  links[0]?.append(icon(FORWARD));
  at("bar").replaceChildren(...links.slice(0, 1));
  at("chips").replaceChildren(...links.slice(1).map((link) => element("li", {}, link)));
  at("chips-note").textContent = queries.length === 1 ? NOTES.one : note;
  at("chips").setAttribute("aria-busy", "false");
}
