/** The service, asked and told for the person of the page. */
import { say } from "./log.js";
import { person } from "./person.js";

/** JSON of a route; `body` makes it a POST. An error has the problem document's `kind`, `status` and title. */
export async function ask(path, query = {}, body = null) {
  const url = new URL(path, document.baseURI);
  url.search = new URLSearchParams(query);
  // keepalive: what is told in the moment of leaving must arrive.
  const post = body && { method: "POST", keepalive: path === "v1/events", body: new Blob([JSON.stringify(body)], { type: "application/json" }) };
  const response = await fetch(url, post ?? {});
  const document_ = await response.json().catch(() => null);
  if (response.ok && document_) return document_;
  const kind = document_?.type?.split(":").at(-1) ?? "";
  throw Object.assign(new Error(document_?.title ?? `HTTP ${response.status}`), { kind, status: response.status });
}

/** Suggestions of a route, and what to say in their place where there are none. */
export async function askQueries(path, query, { none, notBuilt }) {
  try {
    const answer = await ask(path, { ...query, ...person.given });
    return { ...answer, queries: answer.suggestions.map((suggestion) => suggestion.query), note: answer.suggestions.length ? "" : none };
  } catch (error) {
    return { request_id: null, queries: [], note: error.kind === "not-built" ? notBuilt : `${error.message}.` };
  }
}

/** Tells events of the person; of nobody nothing is told. Resolves to the reason why the last one was refused, or null. */
export async function tell(events) {
  if (!person.user || !events.length) return null;
  const common = { ts: new Date().toISOString(), ...person.given };
  try {
    const { rejected } = await ask("v1/events", {}, { events: events.map((event) => ({ ...event, ...common })) });
    return rejected.find(({ index }) => index === events.length - 1)?.reason ?? null;
  } catch (error) {
    say(`The service was not told: ${error.message}.`);
    return error.message;
  }
}
