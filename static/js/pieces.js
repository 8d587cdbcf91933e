/* A piece of news in its place: it says itself where it goes (`hx-swap-oob`). `places` is told which elements got text. */
export function put(piece, places) {
  const [how, where] = piece.getAttribute("hx-swap-oob").split(":");
  const target = document.querySelector(where ?? `#${piece.id}`);
  if (!target) return;
  if (how === "state") {
    Object.assign(target.dataset, piece.dataset);
    return;
  }
  places.add(target);
  const fragment = document.createDocumentFragment();
  while (piece.firstChild) fragment.append(piece.firstChild);
  if (how === "innerHTML") target.replaceChildren(fragment);
  else if (how === "beforebegin") target.before(fragment);
  else if (how === "beforeend") target.append(fragment);
  else if (how === "delete") target.remove();
}
