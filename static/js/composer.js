/* The composer: Enter sends, a draft survives a reload, what was sent is cleared only when it has arrived. */
const form = document.querySelector("form[data-composer]");
const prompt = form.elements.prompt;
const draft = `draft ${location.pathname}`;

prompt.value ||= sessionStorage.getItem(draft) ?? "";
prompt.addEventListener("input", () => sessionStorage.setItem(draft, prompt.value));

/* Send turns into Stop while a model is at work in this conversation. */
const busy = () => document.querySelector('[data-run]:is([data-status="queued"], [data-status="thinking"], [data-status="answering"])') !== null;
const showWork = () => {
  const stopping = document.activeElement?.matches('[data-action="stop-all"]');
  form.classList.toggle("at-work", busy());
  if (stopping && !busy()) prompt.focus({ preventScroll: true });
};
document.body.addEventListener("news", ({ detail }) => { if (detail.changed) showWork(); });

document.addEventListener("keydown", (event) => {
  const area = event.target.closest?.("form[data-composer] textarea, form[data-edit] textarea");
  if (area && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (area !== prompt || !busy()) area.form.requestSubmit();
  }
  if (area && event.key === "Escape" && area !== prompt) area.form.querySelector('[data-action="cancel-edit"]').click();
  if (event.key.toLowerCase() === "n" && event.ctrlKey && event.altKey) location.assign("/");
});

const clear = () => {
  prompt.value = "";
  sessionStorage.removeItem(draft);
};
document.body.addEventListener("asked", (event) => {
  form.elements.form_key.value = event.detail.key;
  clear();
  document.getElementById("notice").replaceChildren();
});
/* The first prompt leads to another page: its draft has done its duty when the page goes. */
form.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) clear();
});

document.addEventListener("click", (event) => {
  const suggestion = event.target.closest('[data-action="suggest"]');
  if (suggestion) {
    prompt.value = suggestion.textContent;
    form.requestSubmit();
  }
});
if (matchMedia("(hover: hover)").matches) prompt.focus({ preventScroll: true });
