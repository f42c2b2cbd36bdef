/** Links to videos and to searches beside them, which work in a new tab too. */
import { element } from "./dom.js";
import { Exposure } from "./exposure.js";
import { scene } from "./player.js";

/** Address of a video's page, or of a search on it. */
export function videoUrl(item, query = null) {
  return `video?${new URLSearchParams(query === null ? { item } : { item, q: query })}`;
}

/**
 * Links that search the queries of one list; a tap calls `onSearch(query, position, exposure)`.
 *
 * `impression` says which list it is; `words` stand on the links, where they are not the queries themselves.
 */
export function searchLinks(item, queries, impression, onSearch, words = null) {
  const links = queries.map((query, position) =>
    searchLink(item, query, words?.[position] ?? element("bdi", {}, query), () => onSearch(query, position, exposure)));
  const exposure = new Exposure(impression, links.map((link, position) => [link, queries[position]]));
  return links;
}

function searchLink(item, query, words, onSearch) {
  const link = element("a", { href: videoUrl(item, query), title: `Search “${query}”` }, words);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into a new tab or window
    event.preventDefault();
    onSearch();
  });
  return link;
}

/** A row for a list of videos. */
export function videoCard(video) {
  const title = element("span", { class: "title", dir: "auto", lang: video.locale }, video.title);
  return element("li", {}, element("a", { class: "card", href: videoUrl(video.item) }, scene(video), title));
}
