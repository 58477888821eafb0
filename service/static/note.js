// The page of one note: puts together what marks its evidence and what sends the decision.

import { Deciding } from "./deciding.js";
import { Evidence } from "./evidence.js";
import { Selecting } from "./selecting.js";

const find = (selector) => document.querySelector(selector);
const legend = find("#legend");
const evidence = new Evidence(find("#texts"), legend, find("#marks"));

// Toggles of the legend: each dimension's, and one of all.
const all = find("#all-evidence");
const toggles = [...legend.querySelectorAll("[data-toggles]")];
for (const button of [all, ...toggles]) {
  button.hidden = false;
  button.addEventListener("click", () => toggle(button === all ? toggles : [button], button.getAttribute("aria-pressed") === "false"));
}

function toggle(buttons, shown) {
  evidence.toggle(buttons.map(({ dataset }) => dataset.toggles), shown);
  for (const button of toggles) button.setAttribute("aria-pressed", String(!evidence.hidden.has(button.dataset.toggles)));
  all.setAttribute("aria-pressed", String(toggles.some((button) => !evidence.hidden.has(button.dataset.toggles))));
}

if (find("#marker")) {
  find("#quotes")?.remove();
  new Deciding(find("#decide"), evidence);
  const selecting = new Selecting(evidence, find("#marker"), find("#selected"));
  const caret = find("#caret");
  caret.hidden = false;
  caret.addEventListener("click", () => selecting.begin());
}

// In the list of people Enter gives the note to the one that is chosen.
find("#assign")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
