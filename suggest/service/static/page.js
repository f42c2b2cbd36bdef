/** The demo page around <suggest-box>: who is asking, how fast the answer was, what was learnt, and what to watch. */
import "./suggest-box.js";
import { at, element } from "./dom.js";
import { videoCard } from "./links.js";
import { person } from "./person.js";
import { askForPerson, sayWhatIsSearched } from "./person-box.js";
import { ask } from "./service.js";

const CARDS = 4;

const box = document.querySelector("suggest-box");
const answer = at("answer");

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

box.addEventListener("suggest-answer", ({ detail }) => {
  const parts = [element("strong", {}, ms(detail.networkMs)), " there and back"];
  if (detail.serverMs !== null) parts.push(", ", element("strong", {}, ms(detail.serverMs)), " of it in the service");
  if (detail.degraded) parts.push(", shortened because the service is busy");
  answer.replaceChildren(...parts, " ", element("small", {}, `generation ${detail.generation}`));
});

box.addEventListener("suggest-error", ({ detail }) => {
  answer.replaceChildren(detail.status ? `${detail.title} (${detail.status})` : detail.title);
});

/** Videos, where the service was started with some; most are not, and that is no error. */
async function showVideos() {
  const { videos } = await ask("demo/videos", { locale: person.language, k: CARDS }).catch(() => ({ videos: [] }));
  at("cards").replaceChildren(...videos.map(videoCard));
  at("watch").hidden = !videos.length;
  at("videos").hidden &&= !videos.length;
}

askForPerson(box);
sayWhatIsSearched(box);
person.addEventListener("change", showVideos);
showVideos();
at("search").addEventListener("submit", (event) => event.preventDefault());
box.value = new URLSearchParams(location.search).get("q") ?? "";
