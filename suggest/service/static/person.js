/** Who the page is for: chosen in its header, and the same on the next page of the tab. */
import { at } from "./dom.js";

const KEY = "suggest-person";
const FIELDS = ["user", "name", "locale"];

/** A browser may be told to keep nothing: the next page is then for nobody. */
function stored(write) {
  try {
    if (write) sessionStorage.setItem(KEY, JSON.stringify(write));
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Sends "leave" before the person changes, while it still is the one before, and "change" after it. */
class Person extends EventTarget {
  user = ""; // "" is nobody
  locale = ""; // "" is all

  constructor() {
    super();
    const kept = stored();
    for (const field of FIELDS) if (kept[field]) at(field).value = kept[field];
    at("user").addEventListener("change", () => (this.#become(), at("other").hidden || at("name").focus()));
    for (const field of ["name", "locale"]) at(field).addEventListener("change", () => this.#become());
    this.#become();
  }

  /** What of the person a question or an event carries. */
  get given() {
    return { ...(this.user && { user: this.user }), ...(this.locale && { locale: this.locale }) };
  }

  /** What they read: as chosen, else as their browser is set. */
  get language() {
    return this.locale || navigator.language;
  }

  #become() {
    const [user, name, locale] = FIELDS.map((field) => at(field).value.trim());
    at("other").hidden = user !== "other";
    this.dispatchEvent(new Event("leave"));
    this.user = user === "other" ? name : user;
    this.locale = locale;
    stored({ user, name, locale });
    this.dispatchEvent(new Event("change"));
  }
}

export const person = new Person();
