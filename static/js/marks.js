/* Marks: words of a thought or an answer that are selected get a label and a comment. What is marked is painted over the
   text (CSS.highlights), which stays as it is; a browser without that leads to the words all the same. */
import { describe, findAll } from "./anchoring.js";

const panel = document.getElementById("panel");
const { run } = panel.dataset;
const reply = document.getElementById(`r${run}`);
const COLOURS = 7;
const SETTLED = 250; // milliseconds after the last change of a selection, or of the text
const FLASH = 1600;
const GAP = 8; // pixels

/* What of a part is read: a thought's text without its head. */
function rootOf(part) {
  const place = document.getElementById(`r${run}-p${part}`);
  return place?.matches("details") ? place.querySelector(".prose") : place;
}

/* Painting. */
const ranges = new Map(); // of the marks, by their numbers

function paintAs(name, list) {
  if (!CSS.highlights) return;
  if (list.length) CSS.highlights.set(name, new Highlight(...list));
  else CSS.highlights.delete(name);
}

function paint() {
  ranges.clear();
  const coloured = Array.from({ length: COLOURS + 1 }, () => []);
  const marks = [...panel.querySelectorAll("[data-mark][data-exact]")];
  for (const part of new Set(marks.map((mark) => mark.dataset.part))) {
    const its = marks.filter((mark) => mark.dataset.part === part);
    const root = rootOf(part);
    const quotes = its.map(({ dataset: { exact, prefix, suffix, before } }) =>
      ({ exact, prefix, suffix, before: before === undefined ? undefined : Number(before) }));
    const found = root ? findAll(root, quotes) : its.map(() => null);
    its.forEach((mark, at) => {
      mark.toggleAttribute("data-lost", !found[at]);
      if (!found[at]) return;
      ranges.set(mark.dataset.mark, found[at]);
      if (!("withdrawn" in mark.dataset)) coloured[mark.dataset.colour].push(found[at]);
    });
  }
  coloured.forEach((list, colour) => paintAs(`mark-${colour}`, list));
}

/* A mark that the pointer or the focus is on stands out in the text. */
function near(event) {
  const mark = event.target.closest?.("[data-mark]");
  const range = mark && ranges.get(mark.dataset.mark);
  paintAs("mark-near", range ? [range] : []);
}
for (const kind of ["pointerover", "focusin"]) panel.addEventListener(kind, near);
for (const kind of ["pointerleave", "focusout"]) panel.addEventListener(kind, () => paintAs("mark-near", []));

/* Going to the words of a mark. Only somebody's wish opens a folded thought; it is not kept as theirs. */
function bringIntoView(range) {
  for (let box = range.startContainer.parentElement; box; box = box.parentElement) {
    const top = box === document.documentElement;
    if (!top && !/auto|scroll/.test(getComputedStyle(box).overflow)) continue;
    const words = range.getClientRects()[0] ?? range.getBoundingClientRect();
    const frame = top ? new DOMRect(0, 0, innerWidth, innerHeight) : box.getBoundingClientRect();
    if (words.top < frame.top + 60 || words.bottom > frame.bottom - 30) box.scrollTop += words.top - frame.top - frame.height / 3;
    if (words.left < frame.left || words.right > frame.right) box.scrollLeft += words.left - frame.left - frame.width / 3;
  }
}

let flashing;
function flash(range) {
  paintAs("mark-flash", [range]);
  clearTimeout(flashing);
  flashing = setTimeout(() => paintAs("mark-flash", []), FLASH);
}

function goTo(mark) {
  const place = document.getElementById(`r${run}-p${mark.dataset.part}`);
  if (!place) return;
  if (place.matches("details")) place.open = true;
  const range = ranges.get(mark.dataset.mark);
  if (range) bringIntoView(range);
  else place.scrollIntoView({ block: "nearest" });
  const whole = document.createRange();
  whole.selectNodeContents(rootOf(mark.dataset.part));
  flash(range ?? whole);
}

panel.addEventListener("click", (event) => {
  if (!event.target.closest('[data-action="go-to-mark"]')) return;
  event.preventDefault();
  goTo(event.target.closest("[data-mark]"));
});

/* From marked words to their mark: a click on them, where nothing is selected by it. */
reply?.addEventListener("click", (event) => {
  if (!getSelection().isCollapsed || event.target.closest("a, button, summary")) return;
  const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const found = at && [...ranges].find(([, range]) => range.isPointInRange(at.offsetNode, at.offset));
  if (!found) return;
  document.getElementById(`mark-${found[0]}`).scrollIntoView({ block: "nearest" });
  flash(found[1]);
});

/* Marking what is selected. */
let chosen; // what the form is about: a range
const marker = () => document.querySelector(".marker");
const form = () => marker().querySelector("form");
const isOpen = () => marker()?.matches(":popover-open");
const written = () => form().elements.comment.value.trim() !== "";

function selected() {
  const selection = getSelection();
  if (!reply || selection.isCollapsed || !selection.rangeCount) return undefined;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(reply)) return undefined;
  /* Words of one part: what goes on into another is none of its quote. */
  const found = [];
  for (const place of document.querySelectorAll(`details[data-pane="reasoning"], [data-pane="content"]`)) {
    const root = range.intersectsNode(place) && (place.matches("details") ? place.querySelector(".prose") : place);
    const quote = root && describe(range, root);
    if (quote) found.push({ part: place.id.match(/-p(\d+)$/)?.[1], quote, range: range.cloneRange(), ours: reply.contains(place) });
  }
  if (found.length > 1) document.getElementById("announcer").textContent = "Select words of one thought, or of one answer.";
  return found.length === 1 && found[0].ours && found[0].part ? found[0] : undefined;
}

function place() {
  const box = marker();
  const words = [...chosen.getClientRects()].filter((line) => line.width);
  const last = words.at(-1) ?? chosen.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = last.bottom + GAP;
  const above = (words[0] ?? last).top - GAP - height;
  const top = below + height <= innerHeight || above < 0 ? below : above;
  box.style.left = `${Math.max(GAP, Math.min(last.left, innerWidth - width - GAP))}px`;
  box.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

function offer() {
  const found = selected();
  if (!found) {
    if (isOpen() && !marker().contains(document.activeElement) && !written()) close();
    return;
  }
  chosen = found.range;
  const { elements } = form();
  elements.part.value = found.part;
  for (const name of ["exact", "prefix", "suffix", "before"]) elements[name].value = found.quote[name];
  tellError("");
  if (!isOpen()) marker().showPopover();
  place();
  document.getElementById("announcer").textContent = "Press Enter to mark the words that are selected.";
}

function close() {
  paintAs("mark-chosen", []);
  if (!isOpen()) return;
  const within = marker().contains(document.activeElement);
  marker().hidePopover();
  form().reset();
  /* Back to where the words were selected: a key goes on from there. */
  if (within && chosen) getSelection().setBaseAndExtent(chosen.endContainer, chosen.endOffset, chosen.endContainer, chosen.endOffset);
}

let pressed = false;
let settling;
const soon = () => {
  clearTimeout(settling);
  if (!pressed) settling = setTimeout(offer, SETTLED);
};
document.addEventListener("pointerdown", (event) => { pressed = event.pointerType === "mouse" && !panel.contains(event.target); });
for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, (event) => {
    pressed = false;
    if (!panel.contains(event.target)) soon();
  });
}
document.addEventListener("selectionchange", () => {
  if (!marker()?.contains(document.activeElement)) soon();
});
document.addEventListener("keydown", (event) => {
  if (!isOpen()) return;
  const within = marker().contains(document.activeElement);
  if (event.key === "Escape") {
    close();
    event.preventDefault();
  } else if (event.key === "Enter" && !within && document.activeElement === document.body) {
    event.preventDefault();
    form().elements.comment.focus();
  } else if (event.key === "Tab" && within) {
    /* What is to be done here is done, or left by Escape; the page behind goes on from the selection. */
    const stops = [...marker().querySelectorAll("textarea, button")];
    const end = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== end) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
});
/* A field takes the browser's own selection away; what it was about is painted as long as the form is open. */
panel.addEventListener("focusin", (event) => {
  if (event.target.closest(".marker") && chosen) paintAs("mark-chosen", [chosen]);
});
panel.addEventListener("click", (event) => { if (event.target.closest('[data-action="close-marker"]')) close(); });
for (const kind of ["scroll", "resize"]) addEventListener(kind, () => { if (isOpen()) place(); }, { passive: true });

/* Answers. What is refused is told in the form that was sent, which stays as it is. */
function tellError(sentence, where = form()) {
  let place = where.querySelector("[data-error]");
  if (!place) {
    place = document.createElement("p");
    place.className = "error";
    place.dataset.error = "";
    place.role = "alert";
    where.append(place);
  }
  place.textContent = sentence;
  place.hidden = !sentence;
}

/* What is no answer to a form is told there too: the room is away, the reply is not to be read any more, one is signed out. */
const notDone = (elt, why) => { if (panel.contains(elt)) tellError(`${why} What you typed is still here.`, elt.closest("form")); };
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, ({ detail: { elt } }) => notDone(elt, "The room cannot be reached."));
}
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig } = detail;
  if (!panel.contains(requestConfig.elt)) return;
  const signedOut = new URL(xhr.responseURL).pathname.startsWith("/accounts/");
  if (!signedOut && (xhr.status < 400 || xhr.getResponseHeader("HX-Retarget"))) return;
  detail.shouldSwap = false;
  const why = { 403: "This page is out of date: load it again.", 404: "This cannot be read here any more." };
  notDone(requestConfig.elt, signedOut ? "You are signed out: sign in in another window, and send it again." : why[xhr.status] ?? `The room could not do that (${xhr.status}).`);
});

document.body.addEventListener("htmx:afterSwap", ({ detail: { target, requestConfig } }) => {
  if (target.id === "panel") {
    close();
    chosen = undefined;
    paint();
  } else if (target.id === "notice" && panel.contains(requestConfig?.elt)) {
    const alert = target.querySelector("[role=alert]");
    tellError(alert.firstChild.data.trim(), requestConfig.elt.closest("form"));
    if (isOpen()) place();
    target.replaceChildren();
  }
});
document.body.addEventListener("marked", ({ detail }) => {
  const mark = document.getElementById(`mark-${detail.mark}`);
  mark?.focus({ preventScroll: true });
  mark?.scrollIntoView({ block: "nearest" });
});

/* A replay draws the text anew. */
let redrawn;
if (reply) {
  new MutationObserver(() => {
    clearTimeout(redrawn);
    redrawn = setTimeout(paint, SETTLED);
  }).observe(reply.querySelector(".parts"), { childList: true, characterData: true, subtree: true });
}

paint();
/* The address of a mark leads to its words. */
function follow() {
  const number = location.hash.match(/^#mark-(\d+)$/)?.[1] ?? new URLSearchParams(location.search).get("mark");
  const mark = number && document.getElementById(`mark-${number}`);
  if (mark) goTo(mark);
}
addEventListener("hashchange", follow);
/* After the browser itself has gone to the mark beside the text; who comes back to the page is left where they were. */
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  const then = () => requestAnimationFrame(() => setTimeout(follow));
  if (document.readyState === "complete") then();
  else addEventListener("load", then);
}
