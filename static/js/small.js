/* Small conveniences: notices that can be put away, menus that close, preferences that are kept at once, copying, and
   where the focus goes when what had it goes. */
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-action="dismiss"]')) document.getElementById("notice").replaceChildren();
  for (const menu of document.querySelectorAll("details.menu[open], details.more-choices[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open], details.more-choices[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  const cancel = document.activeElement.closest(".beside-pane")?.querySelector('[data-action="cancel-hand-over"]');
  if (cancel) cancel.click();
  else closeSent();
});
/* The sheet of what is sent is out of date once something was sent, or another model was chosen. */
const closeSent = () => {
  const sheet = document.querySelector("#sent > dialog[open]");
  const focused = sheet?.contains(document.activeElement);
  sheet?.close();
  if (focused) document.querySelector('[data-action="sent-next"]').focus();
};
document.body.addEventListener("asked", closeSent);
document.body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "lanes") closeSent(); });
/* A form below a pane can be put away again; without script its Cancel leads back. */
document.addEventListener("click", (event) => {
  if (!event.target.closest('.beside-pane [data-action="cancel-hand-over"]')) return;
  event.preventDefault();
  const place = event.target.closest(".beside-pane");
  place.replaceChildren();
  place.previousElementSibling?.querySelector('[data-action="hand-over"]')?.focus();
});
/* News of the rail do not take away what was searched for. */
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "rail-list" && document.getElementById("rail-query").value) event.detail.shouldSwap = false;
});
/* A title that was changed in another tab stands in the rail; the head follows it unless it is being written. */
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const title = document.getElementById("title-input");
  if (event.detail.target.id !== "rail-list" || !title || title === document.activeElement) return;
  const now = document.querySelector("#rail-list [aria-current] .rail-title")?.textContent;
  if (now) {
    title.value = now;
    document.title = `${now} · Chatroom`;
  }
});
document.addEventListener("change", (event) => event.target.closest("form[data-preferences]")?.requestSubmit());

/* News may take away what was just pressed, Stop or Retry: the focus goes on to what stands in its place. */
let lost;
document.body.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
  const { activeElement } = document;
  const run = activeElement.closest("[data-run]");
  if (run && target.contains(activeElement)) lost = { run: run.id, lane: run.closest(".lane").id, action: activeElement.dataset.action };
});
document.body.addEventListener("news", () => {
  if (!lost) return;
  const { run, lane, action } = lost;
  lost = undefined;
  if (document.activeElement !== document.body) return;
  /* The same button drawn anew; else what the reply, or the one in its place, offers now. */
  const offered = ["stop", "continue", "retry"].map((name) => `#${lane} > :last-child [data-action="${name}"]`);
  [`#${run} [data-action="${action}"]`, ...offered].map((button) => document.querySelector(button))
    .find((button) => button?.checkVisibility())?.focus({ preventScroll: true });
});

/* Copy: a message as it was written, or a block of code. */
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // an address without https has no clipboard
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

async function textOf(button) {
  if (button.dataset.copied) return button.dataset.copied;
  if (!button.dataset.text) return button.closest(".code").querySelector("pre").textContent;
  const answer = await fetch(button.dataset.text);
  if (!answer.ok) return undefined; // a link that was ended meanwhile
  const text = await answer.text();
  if (button.dataset.action !== "quote") return text;
  const run = button.closest("[data-run]");
  const address = new URL(`#${run.id}`, location.href);
  return `${text.trimEnd().replace(/^/gm, "> ")}\n\n— ${run.getAttribute("aria-label")}, ${address}\n`;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest('[data-action="copy"], [data-action="copy-code"], [data-action="quote"]');
  if (!button) return;
  const text = await textOf(button);
  const done = text === undefined ? "Not there any more" : "Copied";
  if (text !== undefined) await put(text);
  document.getElementById("announcer").textContent = done;
  const said = button.querySelector("svg") ? "title" : "textContent";
  const label = button[said];
  if (label === done) return;
  button[said] = done;
  setTimeout(() => { button[said] = label; }, 1500);
});
