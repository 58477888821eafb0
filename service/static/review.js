// Makes the pages of review quicker, never necessary: keys press what is on the page, and dates are told in the reader's zone.

const form = document.querySelector("#decide");
const TYPING = "textarea, select, input:not([type=checkbox], [type=radio])";
const PRESSED_BY_ENTER = "a, button, summary";

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const field = event.target.closest(TYPING);
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "Enter" && field && form) press(form.querySelector("[value=decide]"), event);
  } else if (field) {
    if (event.key === "Escape") field.blur();
  } else if (event.key !== "Enter" || !event.target.closest(PRESSED_BY_ENTER)) {
    press(document.querySelector(`[data-key="${CSS.escape(event.key)}"]`), event);
  }
});

function press(control, event) {
  if (!control || event.repeat) return;
  event.preventDefault();
  if (control.matches(TYPING)) control.focus();
  else control.click();
}

const evidence = document.querySelector("#evidence");
if (evidence) {
  evidence.hidden = false;
  evidence.addEventListener("click", () => {
    const shown = evidence.getAttribute("aria-pressed") === "false";
    evidence.setAttribute("aria-pressed", String(shown));
    for (const mark of document.querySelectorAll(".text mark")) mark.classList.toggle("off", !shown);
  });
}

// What differs from the model is marked, and the button says what it will do.
function compare() {
  const controls = [...form.querySelectorAll("[data-said]")];
  const different = controls.filter((input) => input.checked !== (input.dataset.said === "yes"));
  for (const input of controls) input.closest(".control").classList.toggle("changed", different.includes(input));
  const words = form.querySelector("[data-confirm]");
  if (words && controls.some((input) => input.dataset.said === "yes")) words.textContent = different.length ? words.dataset.change : words.dataset.confirm;
}

let sent = false;
if (form) {
  form.addEventListener("change", compare);
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    form.setAttribute("aria-busy", "true");
    document.querySelector("#state").textContent = "Saving…";
  });
  // A page that the browser brings back from its memory, or leaves unanswered, can be sent again.
  addEventListener("pageshow", () => ready());
  compare();
}

function ready() {
  sent = false;
  form.removeAttribute("aria-busy");
  const state = document.querySelector("#state");
  if (state) state.textContent = "";
}

document.querySelector("#trouble")?.focus();
