/** The search box of a demo page: it asks and tells for the person of the page. */
import { quoted } from "./dom.js";
import { say } from "./log.js";
import { person } from "./person.js";

/** Says what was searched in the box, and whether it was remembered. */
export function sayWhatIsSearched(box) {
  box.addEventListener("suggest-submit", ({ detail }) => {
    if (!person.user) say("Nobody searched ", quoted(detail.query), ". Say who you are above, and it is remembered.");
  });
  box.addEventListener("suggest-recorded", ({ detail }) => {
    const search = detail.events.find(({ type }) => type === "search");
    if (!search) return;
    const refused = detail.rejected.find(({ index }) => detail.events[index] === search);
    if (refused) say(`${person.user} searched `, quoted(search.query), `, but it was not recorded: ${refused.reason}.`);
    else say(`${person.user} searched `, quoted(search.query), ". Type its first letters again and see it first.");
  });
}

/** Lets the box ask and tell for the person of the page. */
export function askForPerson(box) {
  const become = () => {
    for (const name of ["user", "locale"]) box.setAttribute(name, person[name]);
  };
  person.addEventListener("change", become);
  become();
}
