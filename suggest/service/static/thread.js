/** The comments under a video, with the words one would tap to search. */
import { at, element } from "./dom.js";
import { searchLinks } from "./links.js";
import { person } from "./person.js";
import { ask } from "./service.js";

let latest = 0;

const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** The comments as they were written; their words become tappable once the service has found them. */
export function showComments({ comments, locale }) {
  at("comments-count").textContent = comments.length;
  const rows = comments.map(({ user, ts, likes, text }) => {
    const about = [ts && day.format(new Date(ts)), likes && `♥ ${likes}`].filter(Boolean).join(" · ");
    const name = user ?? "somebody";
    return element("li", {},
      element("span", { class: "avatar", "aria-hidden": "true" }, [...name.replace(/\D+(?=\d)/, "")].slice(0, 3).join("")),
      element("p", { class: "by" }, element("bdi", {}, name), " ", element("small", {}, about)),
      element("p", { class: "text", dir: "auto", lang: locale }, text));
  });
  at("comments").replaceChildren(...rows);
  at("comments-note").textContent = comments.length ? "" : "Nobody has written anything yet.";
}

/** Marks the entities of all comments; `onSearch(query, position, exposure)` hears of taps. */
export async function markEntities({ item, comments }, onSearch) {
  const turn = (latest += 1);
  at("comments").setAttribute("aria-busy", "true");
  const answers = await entitiesOf(item, comments);
  if (turn !== latest) return;
  const texts = at("comments").querySelectorAll(".text");
  for (const [index, { comment, text }] of comments.entries()) {
    const { entities, request_id } = answers[index] ?? { entities: [] };
    const impression = { surface: "comment", request_id, input: comment, item };
    const words = entities.map(({ start, end }) => text.slice(start, end));
    const links = searchLinks(item, entities.map(({ query }) => query), impression, onSearch, words);
    texts[index].replaceChildren(...withLinks(text, entities, links));
  }
  at("comments").setAttribute("aria-busy", "false");
}

/** The text cut at its entities, whose offsets are UTF-16 as strings here count; each is its link. */
function withLinks(text, entities, links) {
  const pieces = [];
  let done = 0;
  for (const [position, { start, end }] of entities.entries()) {
    pieces.push(text.slice(done, start), links[position]);
    done = end;
  }
  return [...pieces, text.slice(done)];
}

async function entitiesOf(item, comments) {
  if (!comments.length) return [];
  const asked = comments.map(({ text }) => ({ text, item, offsets: "utf16", ...person.given }));
  try {
    at("comments-note").textContent = "";
    return (await ask("v1/comments:entities", {}, { comments: asked })).comments;
  } catch (error) {
    const note = error.kind === "not-built" ? "This index finds nothing to search in comments." : `${error.message}.`;
    at("comments-note").textContent = note;
    return [];
  }
}
