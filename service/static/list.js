// A list like a mail client's: j and k go through its lines, and what htmx swaps in is told and gets the focus. Plain links do without.

const said = document.querySelector("#list-said");
const links = () => [...document.querySelectorAll(".lines .words a")];
let shown = 0; // lines before a request

// On a narrow screen the queues are wider than it: the present one is brought into view.
const showQueue = () => document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
showQueue();

document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, dialog[open]")) return;
  const lines = links();
  const here = lines.findIndex((link) => link.closest(".line").contains(document.activeElement));
  const next = lines[here < 0 ? 0 : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.closest(".line").scrollIntoView({ block: "nearest" });
});

document.body.addEventListener("htmx:beforeRequest", () => {
  shown = links().length;
  said.className = "unseen";
  said.textContent = "";
});

// More lines: on to the first of them. Another list: to its title, unless the search still has the focus.
document.body.addEventListener("htmx:afterSettle", (event) => {
  const lines = links();
  const more = event.detail.requestConfig.elt.matches("[rel=next]");
  const title = document.querySelector("#list-title");
  const words = more ? `${lines.length - shown} more notes` : `${title.textContent}: ${lines.length || "no"} note${lines.length === 1 ? "" : "s"} on this page`;
  if (more) lines[shown]?.focus();
  else if (document.activeElement === document.body) title.focus();
  said.textContent = words;
  showQueue();
});

// An error has a page of its own, and so has signing in: the browser goes there.
document.body.addEventListener("htmx:responseError", (event) => location.assign(event.detail.pathInfo.finalRequestPath));
document.body.addEventListener("htmx:sendError", () => {
  said.className = "said bad";
  said.textContent = "The service cannot be reached. Check the connection and try again.";
});
