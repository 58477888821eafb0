// What is marked in the note: drawn into its text, counted in the legend, and put into the form.

import { Passage } from "./passages.js";

export class Evidence {
  constructor(texts, legend, input) {
    this.texts = texts;
    this.input = input;
    this.passages = new Map([...texts.querySelectorAll(".text")].map((node) => [node.dataset.field, new Passage(node)]));
    this.markers = new Map([...legend.querySelectorAll("[data-marker]")].map(markerOf));
    this.hidden = new Set(); // dimensions
    this.chosen = null;
    this.marks = [];
    this.changed = () => {};
    this.set(JSON.parse(texts.dataset.marks));
  }

  // Marks of a place that is not in the note, or for something that is not asked, are none.
  set(marks) {
    this.marks = marks.filter(({ tag, field, start, end }) => this.markers.has(tag) && start >= 0 && start < end && end <= this.passages.get(field)?.chars.length);
    this.draw();
  }

  add(tag, { field, start, end }) {
    const marker = this.markers.get(tag);
    this.hidden.delete(marker.of);
    if (!this.marks.some((mark) => mark.tag === tag && mark.field === field && mark.start === start && mark.end === end)) {
      this.marks.push({ tag, field, start, end, words: `${marker.title}, marked by you` });
    }
    if (!this.counts(tag)) choose(marker.controls[0]);
    this.tell();
  }

  move(mark, start, end) {
    Object.assign(mark, { start, end, words: `${this.markers.get(mark.tag).title}, marked by you` });
    this.tell();
  }

  remove(mark) {
    this.marks = this.marks.filter((one) => one !== mark);
    this.chosen = null;
    this.tell();
  }

  // Whether the answer says what the tag is evidence for; what it denies is neither shown nor sent.
  counts(tag) {
    return this.markers.get(tag).controls.some((id) => document.getElementById(id)?.checked);
  }

  toggle(dimensions, shown) {
    for (const name of dimensions) this.hidden[shown ? "delete" : "add"](name);
    this.draw();
  }

  tell() {
    this.draw();
    this.changed();
  }

  draw() {
    const focused = this.texts.contains(document.activeElement) ? this.chosen : null;
    for (const passage of this.passages.values()) this.fill(passage);
    for (const [tag, { node }] of this.markers) {
      const count = this.sent().filter((mark) => mark.tag === tag).length;
      const lacking = !count && this.counts(tag); // it is saved all the same, but trains nothing
      node.querySelector(".count").textContent = lacking ? "to be marked" : count;
      node.classList.toggle("none", !count);
      node.classList.toggle("lacking", lacking);
    }
    if (this.input) Object.assign(this.input, { disabled: false, value: JSON.stringify(this.sent()) });
    if (focused) this.texts.querySelector(`mark[tabindex].chosen`)?.focus();
  }

  sent() {
    return this.marks.filter(({ tag }) => this.counts(tag)).map(({ tag, field, start, end }) => ({ tag, field, start, end }));
  }

  // The longest mark stands outermost, and none of the text is lost.
  fill(passage) {
    const own = this.marks.filter((mark) => mark.field === passage.name && this.counts(mark.tag)).sort((a, b) => a.start - b.start || b.end - a.end);
    const edges = [...new Set([0, passage.chars.length, ...own.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
    passage.starts.clear();
    passage.node.replaceChildren(...edges.slice(1).map((end, place) => this.piece(passage, edges[place], end, own)));
  }

  piece(passage, start, end, own) {
    const covering = own.filter((mark) => mark.start <= start && end <= mark.end);
    return covering.reduceRight((inner, mark) => this.wrapped(inner, mark, mark.start === start, mark.end === end), passage.piece(start, end));
  }

  wrapped(inner, mark, begins, ends) {
    const { title, letter, style, of } = this.markers.get(mark.tag);
    const node = element("mark", { className: style, title: mark.words || title });
    node.classList.toggle("off", this.hidden.has(of));
    node.classList.toggle("chosen", mark === this.chosen);
    node.dataset.place = this.marks.indexOf(mark);
    if (begins) {
      node.tabIndex = 0;
      node.append(unseen(`[${title}: `), element("span", { className: "letter", textContent: letter, ariaHidden: "true" }));
    }
    node.append(inner);
    if (ends) node.append(unseen("]"));
    return node;
  }

  markAt(node) {
    const found = node.closest?.("mark:not(.off)");
    return found ? this.marks[Number(found.dataset.place)] : null;
  }

  // What is selected on the page, in whole characters; of several fields the first.
  selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
    const passage = [...this.passages.values()].find(({ node }) => node.contains(startContainer));
    if (!passage) return null;
    const last = passage.node.contains(endContainer) ? passage.offset(endContainer, endOffset) : passage.chars.length;
    const [start, end] = passage.whole(passage.offset(startContainer, startOffset), last);
    return start < end ? { field: passage.name, start, end } : null;
  }

  select({ field, start, end }) {
    const passage = this.passages.get(field);
    getSelection().setBaseAndExtent(...passage.point(start), ...passage.point(end));
    passage.point(start)[0].parentElement.scrollIntoView({ block: "nearest" });
  }
}

function markerOf(node) {
  const told = JSON.parse(node.dataset.marker);
  return [told.name, { ...told, node, of: node.dataset.of }];
}

function choose(id) {
  const control = document.getElementById(id);
  if (!control || control.checked) return;
  control.checked = true;
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

const unseen = (words) => element("span", { className: "unseen", textContent: words });

export function element(name, properties, ...content) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...content);
  return node;
}
