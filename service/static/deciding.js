// The form that decides: compared with the model, kept while it is not saved, and sent without leaving the page, so that nothing is lost.

const PATIENCE = 30_000; // milliseconds until a save counts as failed

export class Deciding {
  constructor(form, evidence) {
    Object.assign(this, { form, evidence, sent: false });
    this.key = `decide ${form.dataset.who} ${form.dataset.note}`;
    this.first = this.held();
    if (!("refused" in form.dataset)) this.restore();
    form.addEventListener("change", ({ target }) => this.follow(target));
    for (const kind of ["change", "input"]) form.addEventListener(kind, () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    evidence.changed = () => this.changed();
    addEventListener("pageshow", (event) => event.persisted && this.ready()); // the browser brings it back from its memory
    this.find("#anew").addEventListener("click", () => this.startOver());
    this.changed();
  }

  find(selector) {
    return this.form.querySelector(selector);
  }

  controls() {
    return [...this.form.querySelectorAll("[data-said]")];
  }

  // A check that is judged of another goes with it: where there is no view, there is no reason for one.
  follow(input) {
    if (input.type !== "checkbox" || input.checked) return;
    for (const other of this.controls()) {
      if (!other.checked || !other.dataset.requires?.split(" ").includes(input.dataset.member)) continue;
      other.checked = false;
      this.follow(other);
    }
  }

  // What differs from the model is marked, and the button says what it will do.
  changed() {
    this.evidence.draw();
    const said = ({ dataset }) => dataset.said === "yes";
    for (const input of this.controls()) input.closest(".control").classList.toggle("changed", input.checked !== said(input));
    const words = this.find("[data-confirm]");
    const different = !same(this.held(), this.model());
    if (this.controls().some(said)) words.textContent = different ? words.dataset.change : words.dataset.confirm;
    this.find("#anew").hidden = same(this.held(), this.first);
    this.keep();
  }

  held() {
    const chosen = this.controls().filter((input) => input.checked).map(({ id }) => id);
    return { chosen, marks: this.evidence.sent(), comment: this.find("#comment").value };
  }

  // The model's own answer, with the marks that the page came with.
  model() {
    const chosen = this.controls().filter(({ dataset }) => dataset.said === "yes").map(({ id }) => id);
    return { chosen, marks: this.first.marks, comment: this.find("#comment").value };
  }

  // In this tab alone, until it is saved: it outlives a lost connection, a session that ends, and a reload.
  keep() {
    const { version_id: version, judgement_id: judgement } = this.form.elements;
    const state = { ...this.held(), marks: this.evidence.marks, version: version.value, judgement: judgement.value };
    if (same(this.held(), this.first)) this.forget();
    else stored((place) => place.setItem(this.key, JSON.stringify(state)));
  }

  forget() {
    stored((place) => place.removeItem(this.key));
  }

  restore() {
    const state = JSON.parse(stored((place) => place.getItem(this.key)) ?? "null");
    if (!state) return;
    const { version_id: version, judgement_id: judgement, comment } = this.form.elements;
    comment.value = state.comment;
    if (state.version === version.value && state.judgement === judgement.value) {
      for (const input of this.controls()) input.checked = state.chosen.includes(input.id);
      this.evidence.set(state.marks);
    }
    this.say("What you had not saved is here again.");
  }

  startOver() {
    this.forget();
    location.reload();
  }

  async submit(event) {
    event.preventDefault();
    if (this.sent) return;
    this.sent = true;
    this.form.setAttribute("aria-busy", "true");
    this.complain("");
    this.say("Saving…");
    const act = event.submitter?.value ?? "decide";
    try {
      await this.answered(await this.send(act), act);
    } catch {
      this.fail("The service cannot be reached. Check the connection and press it again.");
    }
  }

  send(act) {
    const body = new URLSearchParams(new FormData(this.form));
    body.set("act", act);
    return fetch(this.form.action, { method: "POST", body, headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(PATIENCE) });
  }

  // Saved, or a problem that is told here; a refusal with more to show is shown by the page itself.
  async answered(response, act) {
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.includes("json")) return response.status < 500 ? this.sendAsPage(act) : this.fail(`The service answered with ${response.status}. Press it again in a while.`);
    const told = await response.json();
    if (response.ok) return this.goOn(told.next);
    if (told.code === "signed_out") return location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    if (told.code === "not_from_here") return location.reload(); // signed in anew meanwhile: the page comes with what is kept
    this.fail(told.detail ?? told.title);
  }

  goOn(next) {
    this.forget();
    location.assign(next);
  }

  sendAsPage(act) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: act });
    this.form.append(input);
    this.forget();
    HTMLFormElement.prototype.submit.call(this.form);
  }

  fail(why) {
    this.ready();
    this.complain(`Not saved. ${why} Everything is kept here.`);
  }

  ready() {
    this.sent = false;
    this.form.removeAttribute("aria-busy");
    this.say("");
  }

  say(words) {
    this.find("#state").textContent = words;
  }

  complain(words) {
    this.find("#unsent").textContent = words;
  }
}

function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null; // full, or not allowed: then nothing outlives the page
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
