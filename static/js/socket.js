/* News over the socket: where this page stands goes with every (re)connection; attributes that news change. */
const LIVE = '[data-run]:is([data-status="queued"], [data-status="thinking"], [data-status="answering"])';
const SIGNED_OUT = 4403;
const GONE = 4404;
const COME_BACK = 4503;

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
let connected = false;
let silence;

document.body.addEventListener("htmx:wsOpen", () => {
  connected = true;
  silence = clearTimeout(silence);
  document.querySelector("#notice [data-connection]")?.remove();
});
document.body.addEventListener("htmx:wsClose", (event) => {
  connected = false;
  const code = event.detail.event.code;
  if (code === SIGNED_OUT) notice('<p role="alert">You are signed out. <a href="/accounts/login/">Sign in again</a>; what you typed stays here.</p>');
  else if (code === GONE) notice('<p role="alert">This conversation is not there any more. <a href="/">Begin another</a></p>');
  else {
    if (code === COME_BACK) setTimeout(event.detail.socketWrapper.reconnect, 500 + 1000 * Math.random());
    silence ??= setTimeout(() => {
      silence = undefined;
      if (!connected) notice('<p data-connection>Connection lost. What was said is kept; this page catches up when the room is back.</p>');
    }, 2000);
  }
});

/* Commands tell whether news reach this page; if not, the answer to a command loads the page anew. */
document.body.addEventListener("htmx:configRequest", (event) => {
  if (connected) event.detail.headers["X-News"] = "on";
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => notice('<p role="alert">The room cannot be reached. What you typed is still here; try again.</p>'));
}
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  notice(status === 403 ? '<p role="alert">This page is out of date. <a href="">Load it again</a>.</p>'
    : `<p role="alert">The room could not do that (${Number(status)}). Nothing was changed.</p>`);
});
