/* News as they come over the socket, taken in with as little work as they need.

   Most of them are a reply's text (`data-text`) and how far it has got (`hx-swap-oob="state"`): nothing in them has to
   do with htmx, and they are put in their place here. A message with anything else in it goes on to htmx as it is.
   Who has to look at the page once it has changed listens for `news`; in its detail `changed` says whether more than
   text did, and `places` are the elements that got text. */
import { put } from "./pieces.js";


/* Milliseconds from one change of the page to the next, and the share of that time which a change may take; to paint it
   takes about as much again. So a quick machine shows thirty a second, and a slow one stays at its owner's service. */
const SHORTEST = 33;
const LONGEST = 150;
const SHARE = 1 / 40;
/* So many characters of news are taken in at once; a page that has fallen behind stays usable while it catches up. */
const MOST = 50_000;

const template = document.createElement("template");
const waiting = [];
let timer;
let due = 0;
let handing;
let hand;

/* The page says how far it has got when it connects: what has come is shown before that. */
const create = htmx.createWebSocket;
htmx.createWebSocket = (url) => {
  takeIn();
  const socket = create(url);
  hand = (message) => {
    handing = new MessageEvent("message", { data: message });
    socket.dispatchEvent(handing);
  };
  socket.addEventListener("message", (event) => {
    if (event === handing) return;
    event.stopImmediatePropagation(); // htmx listens, too, and later
    waiting.push(event.data);
    const now = performance.now();
    if (now >= due) takeIn(MOST);
    else timer ??= setTimeout(takeIn, due - now, MOST);
  });
  return socket;
};

function takeIn(most = Infinity) {
  timer = clearTimeout(timer);
  if (!waiting.length) return;
  const begun = performance.now();
  const detail = { changed: false, places: new Set() };
  for (let taken = 0; waiting.length && taken < most;) {
    const message = waiting.shift();
    taken += message.length;
    template.innerHTML = message;
    const pieces = [...template.content.children];
    if (pieces.every(isPlain)) {
      for (const piece of pieces) put(piece, detail.places);
    } else {
      detail.changed = true;
      hand(message);
    }
  }
  template.replaceChildren();
  document.body.dispatchEvent(new CustomEvent("news", { detail }));
  const cost = performance.now() - begun;
  due = begun + cost + (waiting.length ? SHORTEST : Math.max(SHORTEST, Math.min(LONGEST, cost / SHARE)));
  if (waiting.length) timer = setTimeout(takeIn, due - performance.now(), MOST);
}

const isPlain = (piece) => "text" in piece.dataset || piece.getAttribute("hx-swap-oob") === "state";
