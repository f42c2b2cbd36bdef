/**
 * <suggest-box>: a search box that suggests queries while one types.
 *
 * One module, no dependency, no build step. It follows the combobox pattern of the WAI-ARIA Authoring
 * Practices (list autocomplete with manual selection): focus stays in the input, `aria-activedescendant`
 * names the row the arrow keys are on, and nothing typed is replaced before the person says so.
 * Attributes, events, keys and theming: docs/suggest-box.md.
 */

/** What the box says itself; set other values for other languages. */
export const messages = {
  label: "Search",
  clear: "Clear",
  suggestions: "Suggestions",
  sources: { history: "searched before", session: "searched before", words: "same words", typo: "corrected",
    script: "other script", trending: "trending", generated: "composed", related: "related" },
  count: (n) => (n === 0 ? "No suggestions" : n === 1 ? "1 suggestion" : `${n} suggestions`),
  unavailable: "Suggestions are unavailable",
  unreachable: "The service cannot be reached",
};

const BUSY_AFTER_MS = 300; // sooner, the mark would flicker on every key
const ANNOUNCE_AFTER_MS = 500; // a screen reader first finishes the letter typed

// Keyboards there compose every word, Latin ones too: waiting for the end would show nothing before the space.
const COMPOSES_EVERY_WORD = /Android/.test(navigator.userAgent);
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const SEARCH = "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zm4.8 11.3L20 20";
const HISTORY = "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16zm0 3.5V12l3 2";
const CLEAR = "M7 7l10 10M17 7L7 17";

// light-dark() follows the color-scheme of the page around the box, so a light page keeps a light box.
const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
:host { display: block; position: relative; font: 1rem/1.4 system-ui, sans-serif;
  --text: var(--suggest-text, light-dark(#1b1d22, #eceef3));
  --muted: var(--suggest-muted, light-dark(#5a6170, #a8b0c0));
  --surface: var(--suggest-surface, light-dark(#fff, #1c1f27));
  --border: var(--suggest-border, light-dark(#7f8896, #717b8d));
  --accent: var(--suggest-accent, light-dark(#2456d6, #8fb1ff));
  --active: var(--suggest-active, light-dark(#e9eefb, #2c3446));
  --radius: var(--suggest-radius, 14px); --inset: var(--suggest-inset, 14px); }
:host([hidden]), [hidden], ul:empty, p:empty { display: none !important; }
* { box-sizing: border-box; }
.box { display: flex; align-items: center; min-height: 48px; padding-inline: var(--inset) 2px; overflow: hidden;
  position: relative; color: var(--muted); background: var(--surface); border: 1px solid var(--border); border-radius: var(--radius); }
.box:focus-within { outline: 2px solid var(--accent); border-color: var(--accent); }
input { flex: 1; min-width: 0; align-self: stretch; padding: 0 12px; font: inherit; color: var(--text); background: none; border: 0; outline: 0; }
input::placeholder { color: var(--muted); opacity: 1; }
button { display: grid; place-items: center; width: 44px; height: 44px; color: inherit; background: none; border: 0; cursor: pointer; }
svg { flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; }
.busy::after { content: ""; position: absolute; inset: auto 0 0; height: 2px; background: var(--accent); animation: busy 1.4s infinite; }
@keyframes busy { from { transform: translateX(-100%) } to { transform: translateX(100%) } }
.panel { position: absolute; z-index: 10; inset: calc(100% + 6px) 0 auto; max-height: min(70vh, 32rem); overflow-y: auto;
  overscroll-behavior: contain; padding-block: 6px; color: var(--text); background: var(--surface);
  border: 1px solid light-dark(#d9dde5, #3a4150); border-radius: var(--radius); box-shadow: 0 12px 32px #0003; }
ul, p { margin: 0; padding: 0; list-style: none; }
li { display: flex; align-items: center; gap: 12px; min-height: 40px; padding: 6px var(--inset); cursor: pointer; }
li svg, p, .source { color: var(--muted); }
.text { min-width: 0; margin-inline-end: auto; overflow-wrap: anywhere; font-weight: 600; }
.text:not(:has(mark)), mark { font-weight: 400; }
mark { color: inherit; background: none; }
.source { flex-shrink: 9999; font-size: .8125em; line-height: 1.25; text-align: end; }
li:hover { background: color-mix(in srgb, var(--active) 60%, transparent); }
li[aria-selected=true] { background: var(--active); box-shadow: inset 3px 0 var(--accent); }
li[aria-selected=true]:dir(rtl) { box-shadow: inset -3px 0 var(--accent); }
p { padding: 8px var(--inset); }
.unseen, :host(:not([sources=on])) .source { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (pointer: coarse) { li { min-height: 48px; } }
@media (prefers-reduced-motion: reduce) { .busy::after { animation: none; opacity: .6; } }
@media (forced-colors: active) {
  li[aria-selected=true] { forced-color-adjust: none; --muted: HighlightText; color: HighlightText; background: Highlight; } }
`);

/**
 * Cuts `text` where a match begins or ends, in code points: [{text, matched}, …]. What is read as one character
 * (a flag, a letter with its vowel sign) stays whole, and is matched when any part of it is.
 */
function cut(text, highlights) {
  const pieces = [];
  let start = 0;
  for (const { segment } of graphemes.segment(text)) {
    const end = start + [...segment].length;
    const matched = highlights.some(([from, to]) => from < end && start < to);
    if (pieces.at(-1)?.matched === matched) pieces.at(-1).text += segment;
    else pieces.push({ text: segment, matched });
    start = end;
  }
  return pieces;
}

/** An element with attributes and children; text children stay text, whatever they hold. */
function element(tag, attributes, ...children) {
  const space = tag === "svg" || tag === "path" ? "2000/svg" : "1999/xhtml";
  const node = document.createElementNS(`http://www.w3.org/${space}`, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function icon(d) {
  return element("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", part: "icon" }, element("path", { d }));
}

function optionRow({ query, source, highlights }, position) {
  const pieces = cut(query, highlights).map(({ text, matched }) => matched ? element("mark", { part: "match" }, text) : text);
  const row = element("li", { role: "option", id: `option-${position}`, part: "option", dir: "auto" },
    icon(source === "history" || source === "session" ? HISTORY : SEARCH),
    element("span", { class: "text", part: "text" }, ...pieces));
  const label = element("bdi", {}, messages.sources[source] ?? "");
  if (label.textContent) row.append(element("span", { class: "unseen" }, ", "), element("span", { class: "source", part: "source" }, label));
  return row;
}

export class SuggestBox extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["label", "placeholder", "src", "user", "locale", "session", "k", "token"];

  #internals = this.attachInternals();
  #input = element("input", {
    part: "input", type: "text", role: "combobox", dir: "auto", "aria-autocomplete": "list", "aria-controls": "list",
    autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", enterkeyhint: "search",
  });
  #clear = element("button", { part: "clear", type: "button", tabindex: "-1", "aria-label": messages.clear }, icon(CLEAR));
  #box = element("div", { class: "box", part: "box" }, icon(SEARCH), this.#input, this.#clear);
  #list = element("ul", { id: "list", role: "listbox", part: "list", "aria-label": messages.suggestions });
  #note = element("p", { part: "note" });
  #panel = element("div", { class: "panel", part: "panel" }, this.#list, this.#note);
  #live = element("div", { class: "unseen", role: "status" });

  #form = null;
  #wanted = false; // the person is at the box and has not dismissed the list
  #answer = null; // what the list shows: {prefix, requestId, suggestions, reported}
  #active = -1; // row the arrow keys are on; -1 is the typed text
  #chosen = null; // the suggestion that the text in the input came from
  #question = null; // AbortController of the request under way
  #timers = { ask: 0, busy: 0, announce: 0 };

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#box, this.#panel, this.#live);
    this.#input.addEventListener("input", ({ isComposing }) => this.#typed(isComposing && !COMPOSES_EVERY_WORD));
    this.#input.addEventListener("compositionend", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.#input.addEventListener("focus", () => this.#open());
    this.#input.addEventListener("click", () => this.#wanted || this.#open());
    this.#input.addEventListener("blur", () => this.#close());
    this.#clear.addEventListener("click", () => (this.#setText(""), this.#input.focus(), this.#open()));
    // The input keeps the focus while the list is clicked or scrolled; without it blur would close the list first.
    for (const area of [this.#panel, this.#clear]) area.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#pick(this.#rows.indexOf(target.closest("li"))));
    this.#update();
  }

  get #rows() { return [...this.#list.children]; }
  get value() { return this.#input.value; }
  set value(text) {
    this.#setText(text);
    if (this.#wanted) this.#ask();
  }

  connectedCallback() {
    if (!this.value && this.hasAttribute("value")) this.formResetCallback();
    this.#describe();
  }
  attributeChangedCallback(name, before, after) {
    if (before === after) return; // frameworks set what is set
    if (name === "label" || name === "placeholder") return this.#describe();
    this.#show(null); // it was another service's or another person's answer
    if (this.#wanted) this.#ask();
  }
  formAssociatedCallback(form) {
    this.#form?.removeEventListener("submit", this.#onSubmit);
    this.#form = form;
    form?.addEventListener("submit", this.#onSubmit);
  }
  #onSubmit = (event) => this.#finish() || event.preventDefault();
  disconnectedCallback() { this.#close(); }
  formDisabledCallback(disabled) { this.#input.disabled = this.#clear.disabled = disabled; }
  formResetCallback() { this.value = this.getAttribute("value") ?? ""; }
  formStateRestoreCallback(text) { this.value = text; }

  // What the person does

  #typed(unfinished = false) {
    this.#setText(this.value);
    if (unfinished) return;
    this.#wanted = true;
    this.#ask(Number(this.getAttribute("debounce_ms")) || 0);
  }

  #onKey(event) {
    // 229 is what Safari gives the Enter that ends a composition.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const forward = getComputedStyle(this.#input).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const atEnd = this.#input.selectionStart === this.value.length;
    const { key, altKey } = event;
    if (key === "ArrowDown") this.#step(altKey ? 0 : 1);
    else if (key === "ArrowUp") altKey ? this.#close() : this.#step(-1);
    else if (key === "Enter") this.#active < 0 ? this.#search() : this.#pick(this.#active);
    else if (key === "Escape" && !this.#panel.hidden) this.#close();
    else if (key === "Escape" && this.value) this.#setText("");
    else if (key === forward && atEnd && this.#active >= 0) this.#fill(this.#active), this.#ask();
    else return void (/^(Arrow(Left|Right)|Home|End)$/.test(key) && this.#update()); // the caret moves as ever
    event.preventDefault();
    if (key === "Escape") event.stopPropagation(); // a dialog around the box stays open
  }

  // Open and closed, and where the arrow keys are

  #open() {
    if (this.#answer?.prefix !== this.value) this.#show(null);
    this.#wanted = true;
    this.#ask();
    this.#update();
  }

  #close() {
    this.#record(this.#impression());
    this.#stop();
    this.#wanted = false;
    this.#update();
  }

  /** Moves through the rows and the typed text as one ring, and opens a closed list first. */
  #step(by) {
    if (this.#panel.hidden) this.#open();
    const stops = (this.#answer?.suggestions.length ?? 0) + 1;
    if (by) this.#update(((this.#active + 1 + by + stops) % stops) - 1);
  }

  /** Shows what the state asks for; `active` is the row the arrow keys are on now. */
  #update(active = -1) {
    this.#active = active;
    for (const [at, row] of this.#rows.entries()) {
      row.setAttribute("aria-selected", at === active);
      row.part.toggle("active-option", at === active);
    }
    const hasRows = this.#list.hasChildNodes();
    this.#panel.hidden = !this.#wanted || !(hasRows || this.#note.textContent);
    this.#clear.hidden = this.value === "";
    this.#input.setAttribute("aria-expanded", this.#wanted && hasRows);
    if (active < 0) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", `option-${active}`);
    this.#rows[active].scrollIntoView({ block: "nearest" });
  }

  #setText(text) {
    if (this.value !== text) this.#input.value = text;
    this.#internals.setFormValue(this.value);
    this.#chosen = null;
    this.#update();
  }

  #describe() {
    const labels = [...(this.#internals.labels ?? [])].map((label) => label.textContent.trim()).join(" ");
    const placeholder = (this.#input.placeholder = this.getAttribute("placeholder") ?? "");
    this.#input.setAttribute("aria-label", this.getAttribute("label") || labels || placeholder || messages.label);
  }

  // Question and answer

  #ask(wait_ms = 0) {
    clearTimeout(this.#timers.ask);
    this.#question?.abort();
    // Counted from the first question without an answer: steady typing on a slow line shows the mark too.
    this.#timers.busy ||= setTimeout(() => this.#box.classList.add("busy"), BUSY_AFTER_MS);
    if (wait_ms > 0) this.#timers.ask = setTimeout(() => this.#fetch(), wait_ms);
    else this.#fetch();
  }

  async #fetch() {
    const question = (this.#question = new AbortController());
    const [prefix, start] = [this.value, performance.now()];
    try {
      const query = { q: prefix, ...this.#given("k", "user", "locale", "session") };
      const { body, headers } = await this.#call("v1/complete", query, { signal: question.signal });
      if (question.signal.aborted) return; // a later question is the one that counts
      const { request_id: requestId, suggestions, generation, watermark, degraded } = body;
      this.#show({ prefix, requestId, suggestions, reported: false }); // throws when there are none
      const [, serverMs = null] = /dur=([\d.]+)/.exec(headers.get("Server-Timing")) ?? [];
      this.#emit("suggest-answer", { query: prefix, requestId, count: suggestions.length, generation, watermark, degraded,
        networkMs: performance.now() - start, serverMs: serverMs && Number(serverMs) });
    } catch (error) {
      if (question.signal.aborted) return;
      this.#show(null, messages.unavailable);
      this.#fail(error);
    }
  }

  /** Shows the rows of an answer, or none, with a note in their place, and says so to screen readers. */
  #show(answer, note = "") {
    const before = this.#answer?.suggestions[this.#active]?.query;
    const suggestions = answer ? answer.suggestions : [];
    this.#list.replaceChildren(...suggestions.map(optionRow));
    this.#note.textContent = note;
    this.#answer = answer;
    this.#stop();
    this.#update(suggestions.findIndex(({ query }) => query === before)); // the row the arrow keys were on, if it is still there
    const heard = answer ? messages.count(suggestions.length) : note;
    clearTimeout(this.#timers.announce);
    this.#timers.announce = setTimeout(() => { this.#live.textContent = this.#wanted ? heard : ""; }, ANNOUNCE_AFTER_MS);
  }

  #stop() {
    this.#question?.abort();
    clearTimeout(this.#timers.ask);
    clearTimeout(this.#timers.busy);
    this.#timers.busy = 0;
    this.#box.classList.remove("busy");
  }

  // Choosing, searching, and telling the service

  #pick(position) { this.#fill(position); this.#search(); }

  #fill(position) {
    const { query, source } = this.#answer.suggestions[position];
    const chosen = { query, position, source, requestId: this.#answer.requestId };
    const prefix = this.value;
    this.#setText(query);
    this.#chosen = { ...chosen, prefix, clicked: false };
    this.#emit("suggest-select", chosen);
  }

  #search() {
    if (!this.value.trim()) return;
    this.#form ? this.#form.requestSubmit() : this.#finish(); // the form's submit event comes back to us, if it is valid
  }

  /** One search was made; false when a listener wants to keep the form from being sent. */
  #finish() {
    const query = this.value;
    if (!query.trim()) return true;
    const { position = null, source = "typed", requestId = null, prefix = query } = this.#chosen ?? {};
    const events = this.#impression();
    if (this.#chosen && !this.#chosen.clicked) events.push({ type: "click", surface: "typeahead", request_id: requestId, query, position });
    if (this.#chosen) this.#chosen.clicked = true;
    events.push({ type: "search", query, prefix, source: this.#chosen ? "typeahead" : "typed", ...(requestId && { request_id: requestId }) });
    this.#record(events);
    this.#close();
    return this.#emit("suggest-submit", { query, position, source, requestId });
  }

  /** The list the person acted on or left, down to the last row in view; lists typed past were not read. */
  #impression() {
    const answer = this.#answer;
    if (!answer?.suggestions.length || answer.reported || this.#panel.hidden) return [];
    answer.reported = true;
    const bottom = Math.min(this.#panel.getBoundingClientRect().bottom, document.documentElement.clientHeight);
    const shown = answer.suggestions.filter((_, at) => this.#rows[at].getBoundingClientRect().top < bottom);
    return [{ type: "impression", surface: "typeahead", request_id: answer.requestId, input: answer.prefix, shown: shown.map(({ query }) => query) }];
  }

  async #record(events) {
    const sender = this.#given("user", "locale", "session");
    if (!sender.user || this.getAttribute("events") !== "on" || events.length === 0) return;
    const common = { ts: new Date().toISOString(), ...sender };
    const json = JSON.stringify({ events: events.map((event) => ({ ...event, ...common })) });
    const body = new Blob([json], { type: "application/json" });
    try {
      // keepalive: the form may leave this page in the same moment.
      const recorded = await this.#call("v1/events", {}, { method: "POST", keepalive: true, body });
      this.#emit("suggest-recorded", { events, ...recorded.body });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Those of the attributes that are set. */
  #given(...names) {
    return Object.fromEntries(names.map((name) => [name, this.getAttribute(name)]).filter(([, value]) => value));
  }

  /** Headers and JSON of an answer; an error holds the problem document's title and the status. */
  async #call(path, query, options) {
    const url = new URL(this.getAttribute("src") || "/", document.baseURI);
    url.pathname = url.pathname.replace(/\/?$/, `/${path}`);
    url.search = new URLSearchParams(query);
    const token = this.getAttribute("token");
    const response = await fetch(url, { ...options, headers: token ? { Authorization: `Bearer ${token}` } : {} });
    const body = await response.json().catch(() => null);
    if (response.ok && body) return { body, headers: response.headers };
    throw Object.assign(new Error(body?.title ?? `HTTP ${response.status}`), { status: response.status });
  }

  #fail(error) {
    this.#emit("suggest-error", { status: error.status ?? 0, title: error.status ? error.message : messages.unreachable });
  }

  #emit(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: type === "suggest-submit" }));
  }
}

customElements.define("suggest-box", SuggestBox);
