/** A drawn video: it plays in a loop, can be paused, and knows for how long it was watched. */
import { at, element } from "./dom.js";

const TICK_MS = 250;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** A number of 0 to 2³²−1 that an id always has: what is drawn is the same at every visit. */
export function numberOf(id) {
  let number = 0x811c9dc5;
  for (const char of id) number = Math.imul(number ^ char.codePointAt(0), 0x01000193);
  number = Math.imul(number ^ (number >>> 15), 0x85ebca6b); // neighbouring ids get colours far apart
  return (number ^ (number >>> 13)) >>> 0;
}

/** The drawing of a video, as the ground of the player and small on its card. */
export function scene(video) {
  const node = element("span", { class: "scene", "aria-hidden": "true" });
  const number = numberOf(video.item);
  // Through the object model: a policy that forbids inline styles lets it pass.
  node.style.setProperty("--hue", number % 360);
  node.style.setProperty("--turn", `${number % 90}deg`);
  return node;
}

export class Player {
  #length_s;
  #at_s = 0;
  #watched_s = 0;
  #before = 0;

  constructor(video) {
    const caption = element("bdi", { lang: video.locale }, video.tags[0] ?? video.title);
    at("scene").replaceChildren(scene(video), element("span", { class: "caption", "aria-hidden": "true" }, caption));
    this.#length_s = 12 + (numberOf(video.item) % 34);
    at("played").max = this.#length_s;
    at("play").addEventListener("click", () => this.#play(at("player").classList.contains("paused")));
    this.#play(!still.matches);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Seconds watched since this was asked before. */
  takeWatched() {
    const watched_s = this.#watched_s;
    this.#watched_s = 0;
    return watched_s;
  }

  #play(plays) {
    this.#before = performance.now();
    at("player").classList.toggle("paused", !plays);
    at("play").setAttribute("aria-label", plays ? "Pause" : "Play");
  }

  #tick() {
    const now = performance.now();
    const passed_s = (now - this.#before) / 1000;
    this.#before = now;
    // A hidden page ticks seldom, and nobody watches it.
    if (document.hidden || at("player").classList.contains("paused")) return;
    this.#watched_s += Math.min(passed_s, 1);
    this.#at_s = (this.#at_s + passed_s) % this.#length_s;
    at("played").value = this.#at_s;
  }
}
