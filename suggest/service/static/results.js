/** What a search shows: what others searched for, and videos. A sheet over the page, one step of its history a search. */
import { at, element } from "./dom.js";
import { searchLinks, videoCard, videoUrl } from "./links.js";
import { ask, askQueries } from "./service.js";

const K = 8;
const NOTES = { none: "Nothing else is known about it yet.", notBuilt: "This index was built without related queries." };

let latest = 0;

/** `onSearch(query, position, exposure)` hears of taps, `onLeave()` when what is shown is left. */
export class Results {
  #item;
  #onSearch;
  #onLeave;
  #sheet = at("results");
  #isShown = false;

  constructor(item, onSearch, onLeave) {
    [this.#item, this.#onSearch, this.#onLeave] = [item, onSearch, onLeave];
    at("results-close").addEventListener("click", () => this.#sheet.close());
    // The sheet itself is hit only beside its content: on what lies dimmed behind it.
    this.#sheet.addEventListener("click", ({ target }) => target === this.#sheet && this.#sheet.close());
    this.#sheet.addEventListener("close", () => this.#closed());
    addEventListener("popstate", () => this.showAddress());
    this.showAddress();
  }

  /** Shows a search, one step further in the history. */
  open(query) {
    history.pushState({ depth: (history.state?.depth ?? 0) + 1 }, "", videoUrl(this.#item, query));
    this.#show(query);
  }

  /** Shows what the address asks for: a search, or none. */
  showAddress() {
    const query = new URLSearchParams(location.search).get("q");
    if (query) {
      this.#show(query);
    } else {
      this.#leave();
      this.#sheet.close();
    }
  }

  async #show(query) {
    this.#leave();
    this.#isShown = true;
    const turn = latest;
    at("results-query").textContent = query;
    at("results-body").hidden = true;
    this.#sheet.setAttribute("aria-busy", "true");
    if (!this.#sheet.open) this.#sheet.showModal();
    at("results-title").focus();
    const [related, videos] = await Promise.all([askQueries("v1/related", { q: query, k: K }, NOTES), videosOf(query)]);
    if (turn !== latest) return; // another search was made meanwhile
    const impression = { surface: "related", request_id: related.request_id, input: query };
    const links = searchLinks(this.#item, related.queries, impression, this.#onSearch);
    at("related").replaceChildren(...links.map((link) => element("li", {}, link)));
    at("related-note").textContent = related.note;
    at("found").replaceChildren(...videos.map(videoCard));
    at("found-note").textContent = videos.length ? "" : "No video of this world is called so.";
    at("results-body").hidden = false;
    this.#sheet.setAttribute("aria-busy", "false");
  }

  #leave() {
    latest += 1;
    if (this.#isShown) this.#onLeave();
    this.#isShown = false;
  }

  /** The sheet says so a moment later: by then a step in the history may have left it already, or shown it again. */
  #closed() {
    if (!this.#isShown || this.#sheet.open) return;
    this.#leave();
    const depth = history.state?.depth;
    if (depth) history.go(-depth);
    else if (new URLSearchParams(location.search).has("q")) history.replaceState(null, "", videoUrl(this.#item));
  }
}

async function videosOf(query) {
  try {
    return (await ask("demo/videos", { q: query, k: K })).videos;
  } catch {
    return []; // the note in their place says that there are none
  }
}
