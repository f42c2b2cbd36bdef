/** The page of one video: its player, what one would search beside it, and what people write under it. */
import "./suggest-box.js";
import { showBeside } from "./beside.js";
import { at, element, quoted } from "./dom.js";
import { takeAll } from "./exposure.js";
import { videoCard, videoUrl } from "./links.js";
import { say } from "./log.js";
import { person } from "./person.js";
import { askForPerson, sayWhatIsSearched } from "./person-box.js";
import { Player } from "./player.js";
import { Results } from "./results.js";
import { ask, tell } from "./service.js";
import { markEntities, showComments } from "./thread.js";

const LEAST_WATCH_S = 1; // less is passing by

const box = document.querySelector("suggest-box");
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const BESIDE = { item: "beside the video", comment: "out of a comment", related: "after another search" };

/** The video that the address names, else one that people talk about. */
async function videoOfAddress() {
  const item = new URLSearchParams(location.search).get("item");
  if (item) return ask(`demo/videos/${encodeURIComponent(item)}`);
  const { videos } = await ask("demo/videos", { locale: person.language, k: 1 });
  if (!videos.length) throw new Error("There is no video to show");
  history.replaceState(null, "", videoUrl(videos[0].item));
  return ask(`demo/videos/${encodeURIComponent(videos[0].item)}`);
}

function show(video) {
  document.title = `${video.title} · suggest`;
  at("title").lang = video.locale ?? "";
  at("title").textContent = video.title;
  at("date").textContent = video.ts ? day.format(new Date(video.ts)) : "";
  at("tags").replaceChildren(...video.tags.map((tag) => element("li", { lang: video.locale }, element("bdi", {}, `#${tag}`))));
  at("next").replaceChildren(...video.next.map(videoCard));
  at("next-section").hidden = !video.next.length;
  showComments(video);
  at("watch").hidden = false;
}

function start(video) {
  show(video);
  const player = new Player(video);
  const { item } = video;

  /** Tells what was seen and watched so far, for the person who did. */
  function leave() {
    const watch_s = Math.round(player.takeWatched() * 10) / 10;
    const view = watch_s >= LEAST_WATCH_S ? [{ type: "view", item, watch_s }] : [];
    tell([...takeAll(), ...view]);
    if (view.length && person.user) say(`${person.user} watched for ${watch_s} s.`);
  }

  /** A tap on the query at a position of a list is a click and a search, and says what else was seen there. */
  const searchFrom = (surface) => async (query, position, exposure) => {
    const click = { type: "click", surface, request_id: exposure.requestId, query, position };
    const beside = surface === "related" ? {} : { item };
    const search = { type: "search", query, source: surface, request_id: exposure.requestId, ...beside };
    const telling = tell([...exposure.take(position), click, search]);
    box.value = query;
    results.open(query);
    const refused = await telling;
    if (!person.user) say("Nobody searched ", quoted(query), `, ${BESIDE[surface]}. Say who you are above, and it is remembered.`);
    else say(`${person.user} searched `, quoted(query), `, ${BESIDE[surface]}`, refused ? `, but it was not recorded: ${refused}.` : ".");
  };

  function answer() {
    showBeside(item, searchFrom("item"));
    markEntities(video, searchFrom("comment"));
  }

  const results = new Results(item, searchFrom("related"), () => tell(takeAll("related")));
  person.addEventListener("leave", leave);
  person.addEventListener("change", answer);
  addEventListener("pagehide", leave); // not every browser hides a page before it leaves it, and phones only hide it
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  box.addEventListener("suggest-submit", ({ detail }) => results.open(detail.query));
  answer();
}

askForPerson(box);
sayWhatIsSearched(box);
at("search").addEventListener("submit", (event) => event.preventDefault());
videoOfAddress().then(start, (error) => {
  at("missing").textContent = `${error.message}. This page shows the videos of a folder: suggest serve --demo DIR.`;
  at("missing").hidden = false;
});
