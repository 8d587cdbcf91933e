/* News over the socket: where this page stands goes with every (re)connection; attributes that news change. */
const LIVE = '[data-run]:is([data-status="queued"], [data-status="thinking"], [data-status="answering"])';
const SIGNED_OUT = 4403;
const GONE = 4404;
const COME_BACK = 4503;
const CHANGED = 4205;
const FULL = 4429;

htmx.createWebSocket = (url) => {
  const address = new URL(url);
  address.searchParams.set("shape", document.getElementById("turns").dataset.shape);
  for (const run of document.querySelectorAll(LIVE)) {
    address.searchParams.append("at", `${run.dataset.run}:${run.dataset.seq}`);
  }
  return new WebSocket(address);
};

/* hx-swap-oob="state": copy the data-… attributes to the element of that id, and leave what is in it. */
htmx.defineExtension("state", {
  isInlineSwap: (style) => style === "state",
  handleSwap: (style, target, fragment) => {
    if (style !== "state") return false;
    Object.assign(target.dataset, fragment.firstElementChild.dataset);
    return [target];
  },
});

const notice = (html) => { document.getElementById("notice").innerHTML = html; };
/* Whether news reach this page: `data-connected`. */
const news = document.getElementById("news");
const connected = () => "connected" in news.dataset;
let silence;

function gone() {
  document.title = "Chatroom";
  document.getElementById("announcer").textContent = "";
  document.querySelectorAll('meta:is([name="description"], [property])').forEach((told) => told.remove());
  notice(`<p role="alert">${document.body.dataset.gone ?? 'This conversation is not there any more. <a href="/">Begin another</a>'}</p>`);
}

document.body.addEventListener("htmx:wsOpen", () => {
  news.dataset.connected = "";
  silence = clearTimeout(silence);
  document.querySelector("#notice [data-connection]")?.remove();
});
document.body.addEventListener("htmx:wsClose", (event) => {
  delete news.dataset.connected;
  const code = event.detail.event.code;
  if (code === SIGNED_OUT) notice('<p role="alert">You are signed out. <a href="/accounts/login/">Sign in again</a>; what you typed stays here.</p>');
  else if (code === GONE) gone();
  else if (code === CHANGED) location.reload();
  else if (code === FULL) {
    notice('<p data-connection role="alert">You have as many pages of this room open as it takes. Close some: this one shows no news until then.</p>');
    setTimeout(event.detail.socketWrapper.reconnect, 30000 + 30000 * Math.random());
  } else {
    if (code === COME_BACK) setTimeout(event.detail.socketWrapper.reconnect, 500 + 1000 * Math.random());
    silence ??= setTimeout(() => {
      silence = undefined;
      if (!connected()) notice('<p data-connection>Connection lost. What was said is kept; this page catches up when the room is back.</p>');
    }, 2000);
  }
});

/* Commands tell whether news reach this page; if not, the answer to a command loads the page anew. */
document.body.addEventListener("htmx:configRequest", (event) => {
  if (connected()) event.detail.headers["X-News"] = "on";
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => notice('<p role="alert">The room cannot be reached. What you typed is still here; try again.</p>'));
}
const failed = (status) => {
  const told = {
    403: 'This page is out of date. <a href="">Load it again</a>.',
    413: "That is larger than the room takes. Shorten it; what you typed is still here.",
    429: "That was too often. Wait a little, then try again; what you typed is still here.",
  };
  notice(`<p role="alert">${told[status] ?? `The room could not do that (${Number(status)}). Nothing was changed.`}</p>`);
};
document.body.addEventListener("htmx:responseError", (event) => failed(event.detail.xhr.status));
/* A refusal that is not the room's own (a proxy's) says nothing for this page, and is not shown. */
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.getResponseHeader("HX-Retarget")) return;
  event.detail.shouldSwap = false;
  if (!event.detail.isError) failed(xhr.status);
});
