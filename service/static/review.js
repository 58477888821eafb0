// Makes the pages of review quicker, never necessary: keys press what is on the page.

const TYPING = "textarea, select, input:not([type=checkbox], [type=radio])";
const PRESSED_BY_ENTER = "a, button, summary";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
  const field = event.target.closest(TYPING);
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "Enter" && field) press(field.form?.querySelector("[value=decide]"), event);
  } else if (field) {
    if (event.key === "Escape") field.blur();
  } else if (event.key !== "Enter" || !event.target.closest(PRESSED_BY_ENTER)) {
    press(pressedBy(event.key), event);
  }
});

// While something is selected, the keys are those of what can be done with it.
function pressedBy(key) {
  const name = `[data-key="${CSS.escape(key)}"]`;
  return document.querySelector(`#marker:not([hidden]) ${name}`) ?? document.querySelector(name);
}

function press(control, event) {
  if (!control || event.repeat) return;
  event.preventDefault();
  if (control.matches(TYPING)) control.focus();
  else control.click();
}

const help = document.querySelector("#help");
const opener = document.querySelector("#show-keys");
if (help && opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
}

document.querySelector("#trouble")?.focus();
