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

function strong(text) {
  const node = document.createElement("strong");
  node.textContent = text;
  return node;
}

/** A query in quotation marks that does not turn the words around it, whatever its direction. */
function quoted(query) {
  const node = document.createElement("bdi");
  node.textContent = query;
  const mark = document.createElement("span");
  mark.append("“", node, "”");
  return mark;
}

function say(...parts) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString();
  const text = document.createElement("span");
  text.append(...parts);
  line.append(time, text);
  log.querySelector(".hint")?.remove();
  log.prepend(line);
  while (log.children.length > MAX_LINES) log.lastChild.remove();
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

box.addEventListener("suggest-answer", ({ detail }) => {
  const parts = [strong(ms(detail.networkMs)), " there and back"];
  if (detail.serverMs !== null) parts.push(", ", strong(ms(detail.serverMs)), " of it in the service");
  parts.push(` · generation ${detail.generation}`);
  if (detail.degraded) parts.push(" · shortened, the service is busy");
  answer.replaceChildren(...parts);
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
