// The fields of the note as they were sent. Places in them are code points, which are no places of the page: letters of marks stand between.

const segmenter = (granularity) => new Intl.Segmenter(undefined, { granularity });
const PUNCTUATION = /^[\s\p{P}]+$/u;

export class Passage {
  constructor(node) {
    this.node = node;
    this.name = node.dataset.field;
    this.source = JSON.parse(node.dataset.source);
    this.chars = [...this.source];
    this.starts = new Map(); // of each piece of text on the page, in order
  }

  get words() {
    return (this._words ??= this.units("word"));
  }

  get sentences() {
    return (this._sentences ??= this.units("sentence"));
  }

  // Where words or sentences stand, without what is round them.
  units(granularity) {
    const found = this.segments(granularity).map(([start, end]) => this.trimmed(start, end));
    return found.filter(([start, end]) => start < end && !PUNCTUATION.test(this.text(start, end)));
  }

  segments(granularity) {
    let end = 0;
    return [...segmenter(granularity).segment(this.source)].map(({ segment }) => [end, (end += [...segment].length)]);
  }

  text(start, end) {
    return this.chars.slice(start, end).join("");
  }

  trimmed(start, end) {
    while (start < end && !this.chars[start].trim()) start += 1;
    while (end > start && !this.chars[end - 1].trim()) end -= 1;
    return [start, end];
  }

  // Whole characters as a person sees them, so that no accent is torn from its letter.
  whole(start, end) {
    this._edges ??= new Set([0, ...this.segments("grapheme").map(([, edge]) => edge)]);
    while (!this._edges.has(start)) start -= 1;
    while (!this._edges.has(end)) end += 1;
    return this.trimmed(start, end);
  }

  // A piece of text for the page.
  piece(start, end) {
    const node = document.createTextNode(this.text(start, end));
    this.starts.set(node, start);
    return node;
  }

  // From the page to the field.
  offset(node, place) {
    if (this.starts.has(node)) return this.starts.get(node) + [...node.data.slice(0, place)].length;
    const point = document.createRange();
    point.setStart(node, place);
    const next = [...this.starts].find(([text]) => point.comparePoint(text, 0) >= 0);
    return next ? next[1] : this.chars.length;
  }

  // From the field to the page.
  point(offset) {
    const [node, start] = [...this.starts].findLast(([, first]) => first <= offset) ?? [this.node, 0];
    return [node, this.text(start, offset).length];
  }
}
