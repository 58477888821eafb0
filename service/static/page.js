// Makes the page quicker, never necessary: submits without a reload, explains marks, copies questions.

const form = document.querySelector("#compose");
const result = document.querySelector("#result");
const status = document.querySelector("#status");
const tip = document.querySelector("#tip");
const main = form.querySelector("textarea[required]");
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  judge();
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    judge();
  }
});

async function judge() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  busy(true);
  try {
    const response = await fetch("/", {
      method: "POST",
      headers: { "X-Fragment": "1" },
      body: new URLSearchParams(new FormData(form)),
      signal,
    });
    show(await fragment(response), response.ok);
  } catch (error) {
    if (signal.aborted) return;
    show(trouble("The service cannot be reached", "Your note is still here. Check the connection and judge it again."), false);
  }
  busy(false);
}

// The answer as HTML; a problem document, which something before the page may have sent, is put in words.
async function fragment(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("text/html")) {
    const holder = document.createElement("template");
    holder.innerHTML = await response.text();
    return holder.content;
  }
  const problem = type.includes("json") ? await response.json() : {};
  return trouble(problem.title ?? "The service did not answer as expected", problem.detail ?? `Status ${response.status}. Judge the note again in a while.`);
}

function trouble(title, detail) {
  const section = element("section", { className: "trouble", id: "trouble" });
  section.setAttribute("role", "alert");
  section.append(element("h2", { id: "outcome", tabIndex: -1, textContent: title }), element("p", { className: "detail", textContent: detail }));
  const content = document.createDocumentFragment();
  content.append(section);
  return content;
}

function show(content, ok) {
  result.replaceChildren(content);
  main.toggleAttribute("aria-invalid", !ok);
  if (!ok) main.setAttribute("aria-invalid", "true");
  enhance();
  const title = result.querySelector("#outcome");
  status.textContent = title?.dataset.say ?? "";
  title?.focus({ preventScroll: true });
  if (result.getBoundingClientRect().top > innerHeight * 0.6 || scrollY > 0) result.scrollIntoView({ block: "start" });
}

function busy(now) {
  result.setAttribute("aria-busy", String(now));
  form.querySelector("button[type=submit]").setAttribute("aria-disabled", String(now));
  status.classList.toggle("unseen", !now); // afterwards the result itself is seen; only readers of the page aloud are told
  if (now) status.textContent = "Judging…";
}

// What the result needs the script for: toggles in the legend, and buttons that copy.
function enhance() {
  for (const span of result.querySelectorAll("span.toggle")) {
    const button = element("button", { type: "button", className: span.className });
    button.dataset.toggle = span.dataset.toggle;
    button.setAttribute("aria-pressed", "true");
    button.append(...span.childNodes);
    span.replaceWith(button);
  }
  for (const mark of result.querySelectorAll("mark[title]")) mark.removeAttribute("title");
  const questions = [...result.querySelectorAll(".question")];
  for (const question of questions) question.after(copier("Copy", question.textContent));
  if (questions.length > 1) {
    const all = questions.map((question) => `- ${question.textContent}`).join("\n");
    result.querySelector("#coaching-title").after(copier("Copy all", all));
  }
}

function copier(name, text) {
  const button = element("button", { type: "button", className: "copy", textContent: name });
  button.setAttribute("aria-label", name === "Copy" ? `Copy: ${text}` : "Copy all questions");
  button.addEventListener("click", async () => {
    const done = await copy(text);
    button.textContent = done ? "Copied" : "Select and copy by hand";
    status.textContent = done ? "Copied." : "";
    setTimeout(() => (button.textContent = name), 1500);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

result.addEventListener("click", (event) => {
  const button = event.target.closest("button.toggle");
  if (!button) return;
  const shown = button.getAttribute("aria-pressed") === "false";
  button.setAttribute("aria-pressed", String(shown));
  for (const mark of result.querySelectorAll("mark")) {
    if (mark.dataset.tag === button.dataset.toggle) mark.classList.toggle("off", !shown);
  }
});

// One tooltip for hover and focus: it names every tag at that place, stays while pointed at, and leaves on Escape.
for (const kind of ["pointerover", "focusin"]) result.addEventListener(kind, explain);
for (const kind of ["pointerout", "focusout"]) result.addEventListener(kind, (event) => event.relatedTarget !== tip && hide());
tip.addEventListener("pointerleave", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, { passive: true, capture: true });

function explain(event) {
  const innermost = event.target.closest("mark:not(.off)");
  if (!innermost) return;
  const words = [];
  for (let mark = innermost; mark; mark = mark.parentElement.closest("mark:not(.off)")) words.unshift(mark.dataset.words);
  tip.replaceChildren(...[...new Set(words)].map((text) => element("p", { textContent: text })));
  tip.hidden = false;
  const place = innermost.getClientRects()[0];
  tip.style.left = `${Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = place.top > tip.offsetHeight + 8 ? `${place.top - tip.offsetHeight - 4}px` : `${place.bottom + 4}px`;
}

function hide() {
  tip.hidden = true;
}

// Length as counted by the service: code points of all fields together.
const count = document.querySelector("#count");
const hint = count.textContent;
function measure() {
  const size = [...form.querySelectorAll("textarea")].reduce((sum, area) => sum + [...area.value].length, 0);
  const most = Number(main.dataset.most);
  count.textContent = size ? `${size.toLocaleString("en")} of ${most.toLocaleString("en")} characters` : hint;
  count.classList.toggle("over", size > most);
}
form.addEventListener("input", measure);

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

document.querySelector("#keys").hidden = false;
enhance();
measure();
