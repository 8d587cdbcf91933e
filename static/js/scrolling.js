/* The page follows the stream while the reader is at its end, and never moves one who has scrolled away. */
const AT_END = 60;
const root = document.scrollingElement;
const turns = document.getElementById("turns");
const button = document.querySelector('[data-action="to-end"]');

const end = () => root.scrollHeight - root.clientHeight;
let following = false;
let past = false; // the reader has gone on from there to the end
let put = 0; // where the page was put, or found, last

const go = (top) => {
  root.scrollTo({ top, behavior: "instant" });
  put = root.scrollTop;
};

/* Side by side one model may be far ahead of another: what grows stays in sight in each column that can be seen. */
function goal() {
  const turn = turns.lastElementChild;
  if (!turn?.matches(".several")) return end();
  const grows = [...turn.querySelectorAll(':is([data-status="thinking"], [data-status="answering"]) > .parts')]
    .map((parts) => parts.getBoundingClientRect())
    .filter(({ left, right }) => right > 0 && left < innerWidth);
  return Math.min(end(), ...grows.map(({ bottom }) => root.scrollTop + bottom - root.clientHeight / 2));
}

function look() {
  const [top, there, last] = [root.scrollTop, goal(), end()];
  if (top !== put) past = top > put && top > there + AT_END;
  put = top;
  following = last - top < AT_END || (!past && Math.abs(there - top) < AT_END);
  button.classList.toggle("there", last - top >= AT_END);
}
function follow() {
  if (following) {
    const there = past ? end() : goal();
    if (there > root.scrollTop) go(there);
  }
  look();
}

/* A conversation opens at its end, for a stranger only if a model is at work; one that is loaded anew or come back to
   stays where it was. */
const [navigation] = performance.getEntriesByType("navigation");
const atWork = '[data-run]:is([data-status="queued"], [data-status="thinking"], [data-status="answering"])';
if (navigation?.type === "navigate" && !location.hash && (!document.body.matches(".shared") || turns.querySelector(atWork))) go(goal());
look();

addEventListener("scroll", look, { passive: true });
addEventListener("resize", () => { if (following) go(past ? end() : goal()); });
button.addEventListener("click", () => root.scrollTo({ top: end(), behavior: "instant" }));
document.body.addEventListener("news", follow);
/* Not before the turns have been painted: only then is it known how high they are. */
document.body.addEventListener("news", ({ detail }) => {
  if (!detail.places.size || document.body.matches(".streaming")) return;
  requestAnimationFrame(() => requestAnimationFrame(() => document.body.classList.add("streaming")));
});
document.body.addEventListener("asked", () => {
  following = true;
  past = false;
  go(end());
});
