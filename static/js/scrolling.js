/* The page follows the stream while the reader is at its end, and never moves one who has scrolled away. */
const AT_END = 60;
const root = document.scrollingElement;
const button = document.querySelector('[data-action="to-end"]');

const atEnd = () => root.scrollHeight - root.scrollTop - root.clientHeight < AT_END;
const toEnd = () => root.scrollTo({ top: root.scrollHeight, behavior: "instant" });

let following = false;
function look() {
  following = atEnd();
  button.classList.toggle("there", !following);
}

/* A conversation opens at its end; one that is loaded anew or come back to stays where it was. */
const [navigation] = performance.getEntriesByType("navigation");
if (navigation?.type === "navigate" && !location.hash) toEnd();
look();

addEventListener("scroll", look, { passive: true });
addEventListener("resize", () => { if (following) toEnd(); });
button.addEventListener("click", toEnd);
document.body.addEventListener("htmx:wsAfterMessage", () => { if (following) toEnd(); else look(); });
document.body.addEventListener("asked", () => { following = true; toEnd(); });
