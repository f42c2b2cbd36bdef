/** What one would search next to a video: the first query in the bar over it, the others as chips. */
import { at, element, FORWARD, icon, SEARCH } from "./dom.js";
import { Exposure } from "./exposure.js";
import { searchLink } from "./links.js";
import { person } from "./person.js";
import { ask } from "./service.js";

const K = 5; // a bar, and two rows of two chips, for which the page keeps room

let latest = 0;

/** Asks and shows; `onSearch(query, position, exposure)` hears of taps. */
export async function showBeside(item, onSearch) {
  const turn = (latest += 1);
  at("chips").setAttribute("aria-busy", "true");
  const { request_id, suggestions, note } = await queriesBeside(item);
  if (turn !== latest) return; // a later person's answer is the one that counts
  const queries = suggestions.map(({ query }) => query);
  const links = queries.map((query, position) => searchLink(item, query, () => onSearch(query, position, exposure)));
  links[0]?.prepend(icon(SEARCH), element("span", { class: "lead" }, "Search"));
  links[0]?.append(icon(FORWARD));
  at("bar").replaceChildren(...links.slice(0, 1));
  at("chips").replaceChildren(...links.slice(1).map((link) => element("li", {}, link)));
  at("chips-note").textContent = note;
  at("chips").setAttribute("aria-busy", "false");
  const rows = links.map((link, position) => [link, queries[position]]);
  const exposure = new Exposure({ surface: "item", request_id, input: item, item }, rows);
}

async function queriesBeside(item) {
  try {
    const answer = await ask(`v1/items/${encodeURIComponent(item)}/queries`, { k: K, ...person.given });
    return { ...answer, note: answer.suggestions.length ? "" : "Nothing to search beside this video." };
  } catch (error) {
    const note = error.kind === "not-built" ? "This index was built without videos: it knows no searches beside them." : `${error.message}.`;
    return { request_id: null, suggestions: [], note };
  }
}
