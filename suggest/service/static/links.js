/** Links to videos and to searches beside them, which work in a new tab too. */
import { element } from "./dom.js";
import { scene } from "./player.js";

/** Address of a video's page, or of a search on it. */
export function videoUrl(item, query = null) {
  return `video?${new URLSearchParams(query === null ? { item } : { item, q: query })}`;
}

/** A query that is searched on this page when it is tapped. */
export function searchLink(item, query, onSearch, ...children) {
  const content = children.length ? children : [element("bdi", {}, query)];
  const link = element("a", { href: videoUrl(item, query), title: `Search “${query}”` }, ...content);
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
