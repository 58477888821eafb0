// Marks evidence by selection: with a mouse, by touch, or with arrow keys, word by word; and mends a mark that is chosen.

import { element } from "./evidence.js";

const STEPS = { ArrowRight: ["words", 1], ArrowLeft: ["words", -1], ArrowDown: ["sentences", 1], ArrowUp: ["sentences", -1] };

export class Selecting {
  constructor(evidence, bar, status) {
    Object.assign(this, { evidence, bar, status, range: null, last: null });
    const { texts } = evidence;
    document.addEventListener("selectionchange", () => this.follow());
    texts.addEventListener("keydown", (event) => this.pressed(event));
    texts.addEventListener("focusin", (event) => this.choose(evidence.markAt(event.target)));
    texts.addEventListener("click", (event) => getSelection().isCollapsed && this.choose(evidence.markAt(event.target)));
    bar.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps what is selected
  }

  // Into the text: what was selected last, or the first words of the note.
  begin() {
    const { texts, passages } = this.evidence;
    const main = [...passages.values()].find(({ node, words }) => "main" in node.dataset && words.length);
    const range = this.range ?? this.last ?? (main && { field: main.name, start: main.words[0][0], end: main.words[0][1] });
    if (!range) return;
    texts.focus({ preventScroll: true });
    this.evidence.select(range);
  }

  follow() {
    const found = this.evidence.selected();
    if (!found && !this.range) return;
    this.range = found;
    if (found) this.unchoose();
    this.show();
  }

  choose(mark) {
    const { evidence } = this;
    if (mark === evidence.chosen) return;
    evidence.chosen = mark;
    if (mark) this.range = null;
    for (const node of evidence.texts.querySelectorAll("mark")) node.classList.toggle("chosen", Boolean(mark) && evidence.markAt(node) === mark);
    this.show();
  }

  unchoose() {
    if (this.evidence.chosen) this.choose(null);
  }

  leave() {
    getSelection().removeAllRanges();
    this.range = null;
    this.unchoose();
    this.show();
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { chosen } = this.evidence;
    if (event.key === "Escape") this.leave();
    else if (chosen && ["Delete", "Backspace"].includes(event.key)) this.remove(chosen);
    else if (chosen && event.key in STEPS) this.shift(chosen, STEPS[event.key][1], event.shiftKey);
    else if (this.range && event.key in STEPS) this.step(...STEPS[event.key], event.shiftKey);
    else return;
    event.preventDefault();
  }

  // To the word or sentence beside, or round it; past the end of a field into the next one.
  step(kind, by, extend) {
    const { field, start, end } = this.range;
    const units = this.evidence.passages.get(field)[kind];
    if (extend) {
      const edge = by > 0 ? units.find((unit) => unit[1] > end)?.[1] : units.findLast((unit) => unit[1] < end)?.[1];
      if (edge > start) this.evidence.select({ field, start, end: edge });
      return;
    }
    const after = ([first, last]) => last > end || (last === end && first < start);
    const before = ([first, last]) => first < start || (first === start && last > end);
    const unit = by > 0 ? units.find(after) : units.findLast(before);
    if (unit) this.evidence.select({ field, start: unit[0], end: unit[1] });
    else this.enter(field, kind, by);
  }

  enter(field, kind, by) {
    const names = [...this.evidence.passages.keys()];
    const passage = this.evidence.passages.get(names[names.indexOf(field) + by]);
    const unit = passage?.[kind].at(by > 0 ? 0 : -1);
    if (unit) this.evidence.select({ field: passage.name, start: unit[0], end: unit[1] });
  }

  // One end of a mark by a word.
  shift(mark, by, last) {
    const { words } = this.evidence.passages.get(mark.field);
    const edges = words.map((word) => word[last ? 1 : 0]);
    const edge = by > 0 ? edges.find((place) => place > (last ? mark.end : mark.start)) : edges.findLast((place) => place < (last ? mark.end : mark.start));
    const [start, end] = last ? [mark.start, edge] : [edge, mark.end];
    if (edge !== undefined && start < end) this.evidence.move(mark, start, end);
    this.show();
  }

  remove(mark) {
    this.evidence.remove(mark);
    this.evidence.texts.focus({ preventScroll: true });
    this.show();
    this.status.textContent = "Removed.";
  }

  mark(tag) {
    const { range } = this;
    const { title } = this.evidence.markers.get(tag);
    this.leave();
    this.evidence.add(tag, range);
    this.last = range;
    this.status.textContent = `Marked: ${title}.`;
  }

  // The bar offers what can be done with what is selected or chosen, each with its key.
  show() {
    const { chosen } = this.evidence;
    const focused = [...this.bar.children].indexOf(document.activeElement);
    this.bar.hidden = !this.range && !chosen;
    this.bar.replaceChildren(...(chosen ? this.mending(chosen) : this.range ? this.marking() : []));
    this.bar.children[focused]?.focus();
    const place = chosen ?? this.range;
    const words = place && this.evidence.passages.get(place.field).text(place.start, place.end);
    if (place) this.status.textContent = chosen ? `${this.evidence.markers.get(chosen.tag).title}: ${words}` : `Selected: ${words}`;
  }

  marking() {
    return [...this.evidence.markers.values()].map(({ name, title, letter, style, key }) => {
      const sign = element("span", { className: `letter ${style}`, textContent: letter, ariaHidden: "true" });
      return button([sign, title], key, () => this.mark(name));
    });
  }

  mending(mark) {
    const ends = [["Begin earlier", -1, false], ["Begin later", 1, false], ["End earlier", -1, true], ["End later", 1, true]];
    const { title } = this.evidence.markers.get(mark.tag);
    return [
      element("b", { textContent: title }),
      ...ends.map(([words, by, last]) => button([words], (last ? "⇧" : "") + (by > 0 ? "→" : "←"), () => this.shift(mark, by, last))),
      button(["Remove"], "Delete", () => this.remove(mark)),
    ];
  }
}

function button(content, key, act) {
  const node = element("button", { type: "button" }, ...content, " ");
  if (key) node.append(element("kbd", { textContent: key }));
  if (key.length === 1 && !"←→".includes(key)) Object.assign(node.dataset, { key });
  node.addEventListener("click", act);
  return node;
}
