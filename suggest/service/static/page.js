/** The demo page around <suggest-box>: who is asking, how fast the answer was, and what was learnt. */
import "./suggest-box.js";

const MAX_LINES = 20;

const at = (id) => document.getElementById(id);
const box = document.querySelector("suggest-box");
const { user, name, other, locale, answer, log } = Object.fromEntries(
  ["user", "name", "other", "locale", "answer", "log"].map((id) => [id, at(id)]),
);

/** Who the page is for now; "" is nobody. */
const person = () => (user.value === "other" ? name.value.trim() : user.value);

function element(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
}

/** A query in quotation marks that does not turn the words around it, whatever its direction. */
const quoted = (query) => element("span", "“", element("bdi", query), "”");

function say(...parts) {
  log.querySelector(".hint")?.remove();
  log.prepend(element("li", element("time", new Date().toLocaleTimeString()), element("span", ...parts)));
  while (log.children.length > MAX_LINES) log.lastChild.remove();
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

box.addEventListener("suggest-answer", ({ detail }) => {
  const parts = [element("strong", ms(detail.networkMs)), " there and back"];
  if (detail.serverMs !== null) parts.push(", ", element("strong", ms(detail.serverMs)), " of it in the service");
  if (detail.degraded) parts.push(", shortened because the service is busy");
  answer.replaceChildren(...parts, " ", element("small", `generation ${detail.generation}`));
});

box.addEventListener("suggest-error", ({ detail }) => {
  answer.replaceChildren(detail.status ? `${detail.title} (${detail.status})` : detail.title);
});

box.addEventListener("suggest-submit", ({ detail }) => {
  if (!person()) say("Nobody searched ", quoted(detail.query), ". Say who you are above, and it is remembered.");
});

box.addEventListener("suggest-recorded", ({ detail }) => {
  const search = detail.events.find(({ type }) => type === "search");
  if (!search) return;
  const refused = detail.rejected.find(({ index }) => detail.events[index] === search);
  if (refused) say(`${person()} searched `, quoted(search.query), `, but it was not recorded: ${refused.reason}.`);
  else say(`${person()} searched `, quoted(search.query), ". Type its first letters again and see it first.");
});

function become() {
  other.hidden = user.value !== "other";
  box.setAttribute("user", person());
}

user.addEventListener("change", () => {
  become();
  if (!other.hidden) name.focus();
});
name.addEventListener("change", become);
locale.addEventListener("change", () => box.setAttribute("locale", locale.value));
at("search").addEventListener("submit", (event) => event.preventDefault());

// A browser keeps what was chosen when the page is reloaded.
become();
box.setAttribute("locale", locale.value);
box.value = new URLSearchParams(location.search).get("q") ?? "";
