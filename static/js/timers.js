/* Timers that run while a model is at work, or is to be tried again. What is over has its time from the record. */
const skew = Date.now() - Number(document.body.dataset.now);

function words(milliseconds) {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function tick() {
  const now = Date.now() - skew;
  for (const timer of document.querySelectorAll("[data-timer]")) {
    const text = words(now - Number(timer.dataset.timer));
    if (timer.textContent !== text) timer.textContent = text;
  }
  for (const timer of document.querySelectorAll("[data-countdown]")) {
    const left = Math.ceil((Number(timer.dataset.countdown) - now) / 1000);
    const text = left > 0 ? `in ${words(1000 * left)}` : "now";
    if (timer.textContent !== text) timer.textContent = text;
  }
}

setInterval(tick, 500);
globalThis.htmx?.onLoad((element) => { if (element.querySelector?.("[data-timer], [data-countdown]")) tick(); });
tick();
