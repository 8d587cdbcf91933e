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

document.addEventListener("click", async (event) => {
  const button = event.target.closest('[data-action="copy"], [data-action="copy-code"]');
  if (!button) return;
  const text = button.dataset.text
    ? await (await fetch(button.dataset.text)).text()
    : button.closest(".code").querySelector("pre").textContent;
  await put(text);
  document.getElementById("announcer").textContent = "Copied";
  const said = button.querySelector("svg") ? "title" : "textContent";
  const label = button[said];
  if (label === "Copied") return;
  button[said] = "Copied";
  setTimeout(() => { button[said] = label; }, 1500);
});
