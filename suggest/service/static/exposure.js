/**
 * What of a list came into view. It is told once, when the person acts on the list or leaves it, as far as its last
 * row that was seen: what lay outside of the window was not read.
 */

const seen = new WeakSet();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.add(target);
      observer.unobserve(target);
    }
  },
  { threshold: 0.5 },
);

const open = new Set();

export class Exposure {
  #impression;
  #rows;

  /** `impression` has surface, request_id and input; `rows` are [node, query] by position. */
  constructor(impression, rows) {
    this.#impression = impression;
    this.#rows = rows;
    for (const [node] of rows) observer.observe(node);
    open.add(this);
  }

  get surface() { return this.#impression.surface; }
  get requestId() { return this.#impression.request_id; }

  /** The impression to tell before what follows from it; empty when it was told, or nothing was seen. */
  take(acted = -1) {
    if (!open.delete(this)) return [];
    for (const [node] of this.#rows) observer.unobserve(node);
    const last = Math.max(acted, this.#rows.findLastIndex(([node]) => seen.has(node)));
    const shown = this.#rows.slice(0, last + 1).map(([, query]) => query);
    return shown.length ? [{ type: "impression", ...this.#impression, shown }] : [];
  }
}

/** The impressions of lists that are left now: of one surface, or of all. */
export const takeAll = (surface = null) =>
  [...open].filter((exposure) => (surface ?? exposure.surface) === exposure.surface).flatMap((exposure) => exposure.take());
