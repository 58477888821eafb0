// Tells every moment that a page gives in UTC in the reader's zone and language, also of what is added later. The title keeps both.

const DAY = 86_400_000;
const UNITS = [["hour", 3_600_000], ["minute", 60_000]];
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function tell(time) {
  const at = new Date(time.dateTime);
  if (!time.textContent.endsWith(" UTC") || Number.isNaN(at.valueOf())) return;
  const here = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  time.title = `${here} (${time.textContent})`;
  time.textContent = (time.closest("[data-recent]") && lately(at)) || here;
}

// Of the last day alone: further back a date says more.
function lately(at) {
  const passed = Date.now() - at;
  if (passed < 0 || passed > DAY) return null;
  const [unit, length] = UNITS.find(([, one]) => passed >= one) ?? UNITS.at(-1);
  return ago.format(-Math.floor(passed / length), unit);
}

function tellAll(part) {
  for (const time of part.querySelectorAll("time[datetime]")) tell(time);
}

tellAll(document);
new MutationObserver((changes) => {
  for (const change of changes) if (change.addedNodes.length) tellAll(change.target);
}).observe(document.body, { childList: true, subtree: true });
