/* A reply played again as it came. What stood there before is put back when it is over, or stopped. */
import { put } from "./pieces.js";

const SPEEDS = [1, 4, 16];
const template = document.createElement("template");
let playing;

document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-action="replay"]');
  if (button) play(button);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") playing?.end(); });

async function play(button) {
  const run = button.closest("[data-run]");
  const again = playing?.run !== run;
  playing?.end();
  if (!again) return;
  const answer = await fetch(button.dataset.replay);
  if (!answer.ok) {
    document.getElementById("notice").innerHTML = '<p role="alert">It is not there any more.</p>';
    return;
  }
  const moments = (await answer.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const parts = run.querySelector(".parts");
  const before = [...parts.childNodes];
  const bar = document.createElement("div");
  bar.className = "replaying";
  bar.innerHTML = `<progress max="${moments.at(-1)?.[0] || 1}" value="0"></progress> <span></span>`;
  for (const speed of SPEEDS) {
    const choice = document.createElement("button");
    choice.className = "small";
    choice.textContent = `${speed} ×`;
    choice.addEventListener("click", () => pace(speed));
    bar.append(choice);
  }
  const stop = document.createElement("button");
  stop.className = "small";
  stop.textContent = "End";
  bar.append(stop);
  const mine = playing = { run, end };
  stop.addEventListener("click", end);

  let [timer, next, position, begun, speed] = [0, 0, 0, performance.now(), 1];
  run.dataset.replaying = "";
  parts.replaceChildren();
  parts.before(bar);
  pace(1);

  function pace(times) {
    [position, begun, speed] = [at(), performance.now(), times];
    [...bar.querySelectorAll("button")].forEach((one, number) => one.setAttribute("aria-pressed", SPEEDS[number] === times));
    step();
  }
  function at() { return position + (performance.now() - begun) * speed; }
  function step() {
    clearTimeout(timer);
    if (playing !== mine) return;
    const now = at();
    for (; next < moments.length && moments[next][0] <= now; next++) show(moments[next][1]);
    bar.querySelector("progress").value = now;
    bar.querySelector("span").textContent = `${Math.floor(now / 1000)} s`;
    if (next >= moments.length) timer = setTimeout(end, 1500);
    else timer = setTimeout(step, Math.min(250, Math.max(16, (moments[next][0] - now) / speed)));
  }
  function show(html) {
    template.innerHTML = html;
    for (const piece of [...template.content.children]) put(piece, new Set());
    for (const pane of parts.querySelectorAll("details.pane:not([data-played])")) {
      pane.dataset.played = "";
      pane.open = true;
    }
    for (const timer of parts.querySelectorAll("[data-timer]")) timer.removeAttribute("data-timer");
    for (const text of parts.querySelectorAll(".pane[open] .prose")) text.scrollTop = text.scrollHeight;
  }
  function end() {
    clearTimeout(timer);
    if (playing === mine) playing = undefined;
    delete run.dataset.replaying;
    bar.remove();
    parts.replaceChildren(...before);
  }
}
