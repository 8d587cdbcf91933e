/* Thinking panes: a person's own open or close wins; else they follow the preference. */
const preference = document.body.dataset.prefersPane;
const MOST = 100;

const touched = new Map(
  (document.cookie.match(/(?:^|; )panes=([^;]*)/)?.[1] ?? "").split("~").filter(Boolean).map((item) => {
    const dot = item.lastIndexOf(".");
    return [item.slice(0, dot), item.slice(dot + 1) === "1"];
  }),
);

function remember(pane, stands) {
  touched.delete(pane.id);
  touched.set(pane.id, stands);
  const latest = [...touched].slice(-MOST).map(([id, open]) => `${id}.${open ? 1 : 0}`);
  document.cookie = `panes=${latest.join("~")}; path=/; max-age=31536000; samesite=lax`;
}

const isLive = (pane) => pane.querySelector(":scope > summary [data-timer]") !== null;

function settle(pane) {
  if (!preference && !touched.has(pane.id)) return; // the page is drawn as it is to stand
  const stands = touched.get(pane.id) ?? (preference === "open" || (preference === "auto" && isLive(pane)));
  if (pane.open !== stands) pane.open = stands;
}

/* A click on the head, by mouse or key, is the person's; what the page itself does fires no click. */
document.addEventListener("click", (event) => {
  const head = event.target.closest("summary");
  if (head?.parentElement.matches("details.pane")) {
    remember(head.parentElement, !head.parentElement.open); // at once: news may come before the browser toggles it
    return;
  }
  if (event.target.closest('[data-action="fold"]')) {
    const pane = event.target.closest("details.pane");
    pane.open = false;
    remember(pane, false);
    pane.scrollIntoView({ block: "nearest" });
  }
});

/* The end of the thought is kept in sight while the reader is at the end, inside the pane too. */
const left = new WeakSet();
const AT_END = 24;
document.addEventListener("scroll", (event) => {
  const text = event.target;
  if (!(text instanceof Element) || !text.matches(".pane .prose")) return;
  if (text.scrollHeight - text.scrollTop - text.clientHeight > AT_END) left.add(text);
  else left.delete(text);
}, true);

function follow(places) {
  for (const place of places) {
    const text = place.closest(".pane[open] .prose");
    if (text && !left.has(text)) text.scrollTop = text.scrollHeight;
  }
}
const open = () => document.querySelectorAll(".pane[open] .open-block");

const said = new Map();
/* A screen reader hears when a model begins to think and when it is done, never the tokens. */
function announce(run) {
  const { status } = run.dataset;
  const before = said.get(run.id);
  said.set(run.id, status);
  if (before === undefined || before === status) return;
  const name = run.getAttribute("aria-label");
  const words = { thinking: "is thinking", answering: "is answering", completed: "has answered", stopped: "was stopped", failed: "failed", interrupted: "was interrupted" };
  if (words[status]) document.getElementById("announcer").textContent = `${name} ${words[status]}`;
}

/* A page that nothing comes to has no htmx. */
globalThis.htmx?.onLoad((element) => {
  if (element.matches?.("details.pane")) settle(element);
  element.querySelectorAll?.("details.pane").forEach(settle);
});
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const target = event.detail.target;
  if (target.matches?.("summary") && target.parentElement?.matches("details.pane")) settle(target.parentElement);
});
document.body.addEventListener("news", ({ detail: { changed, places } }) => {
  follow(changed ? open() : places);
  if (changed) document.querySelectorAll("[data-run]").forEach(announce);
});
document.querySelectorAll("[data-run]").forEach(announce);
follow(open());
