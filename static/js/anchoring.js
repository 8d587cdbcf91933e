/* Words that were selected in a part, kept so that they are found again however the part is drawn: by themselves and what
   stands about them. chatroom/review/anchoring.py finds them in the stored text; the rules are the same. */
const CONTEXT = 64; // characters before and after
const MOST = 1000; // places that are looked at one by one
const REACH = 500; // letters on each side in which the words about a place are looked for
const TELLING = 24; // letters of a quote that need no words about them

const UNREAD = "button, script, style, template, select, input, textarea, [hidden], [aria-hidden=true]";
const BLOCK = /^(?:address|article|blockquote|br|dd|details|div|dl|dt|figure|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)$/i;
const LETTERS = /[\p{L}\p{N}]+/gu;
const PIECES = /[\p{L}\p{N}]{1,8}/gu;
const DRAWN = /^(?:\$[^$]+\$|\$\$[^$]+\$\$|\\\((?:(?!\\\)).)+\\\)|\\\[(?:(?!\\\]).)+\\\]|&#?\w+;)$/s; // one formula as it is written
const MARKUP = /[*_`~\\[\]|>#$\s]+/g;

const piecesOf = (text) => text.match(PIECES) ?? [];
const lettersOf = (text) => piecesOf(text).join("");
const signsOf = (text) => text.replace(MARKUP, "");
/* Letters as the server counts them: one that takes two units of UTF-16 is one. */
const count = (letters) => letters.length - (letters.match(/[\udc00-\udfff]/g)?.length ?? 0);

/* What a person reads of an element: its text, a new line between blocks, and where in the page each piece of it is. */
function read(root) {
  const nodes = [];
  const chunks = [];
  let length = 0;
  let apart = false;
  const visit = (element) => {
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        if (!child.length) continue;
        if (apart && length) {
          chunks.push("\n");
          length += 1;
        }
        apart = false;
        nodes.push({ node: child, start: length });
        chunks.push(child.data);
        length += child.length;
      } else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(UNREAD)) {
        const block = BLOCK.test(child.localName);
        apart ||= block;
        visit(child);
        apart ||= block;
      }
    }
  };
  visit(root);
  const text = chunks.join("");
  const letters = [];
  const places = new Uint32Array(length);
  let done = 0;
  for (const { 0: word, index } of text.matchAll(LETTERS)) {
    letters.push(word);
    for (let at = 0; at < word.length; at += 1) places[done + at] = index + at;
    done += word.length;
  }
  return { text, nodes, letters: letters.join(""), places: places.subarray(0, done) };
}

/* The first of `size` things for which `is` holds, which then holds for all after it. */
function first(size, is) {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/* How many characters that are read stand before a point of the page. */
function offsetOf({ nodes, text }, container, offset) {
  const point = document.createRange();
  point.setStart(container, offset);
  const next = first(nodes.length, (at) => point.comparePoint(nodes[at].node, 0) >= 0);
  const last = nodes[next - 1];
  if (last?.node === container) return last.start + offset;
  return next < nodes.length ? nodes[next].start : text.length;
}

function rangeOf({ nodes }, start, end) {
  const range = document.createRange();
  const from = nodes[first(nodes.length, (at) => nodes[at].start > start) - 1];
  const to = nodes[first(nodes.length, (at) => nodes[at].start >= end) - 1];
  range.setStart(from.node, Math.min(start - from.start, from.node.length));
  range.setEnd(to.node, Math.min(end - to.start, to.node.length));
  return range;
}

/* A range → what to keep of it, or null where nothing that can be read is selected within `root`. `before` says how many
   letters of the part stand before it, which tells places apart that are alike as far as CONTEXT. */
export function describe(range, root) {
  const whole = document.createRange();
  whole.selectNodeContents(root);
  if (range.compareBoundaryPoints(Range.END_TO_START, whole) >= 0 || range.compareBoundaryPoints(Range.START_TO_END, whole) <= 0) return null;
  const begins = range.compareBoundaryPoints(Range.START_TO_START, whole) < 0 ? whole : range;
  const ends = range.compareBoundaryPoints(Range.END_TO_END, whole) > 0 ? whole : range;
  const reading = read(root);
  const { text } = reading;
  let start = offsetOf(reading, begins.startContainer, begins.startOffset);
  let end = offsetOf(reading, ends.endContainer, ends.endOffset);
  const exact = text.slice(start, end).trim();
  if (!exact) return null;
  start += text.slice(start, end).search(/\S/);
  end = start + exact.length;
  return {
    exact,
    prefix: text.slice(Math.max(0, start - CONTEXT), start).replace(/^[\udc00-\udfff]/, ""),
    suffix: text.slice(end, end + CONTEXT).replace(/[\ud800-\udbff]$/, ""),
    before: count(lettersOf(text.slice(0, start))),
  };
}

/* Where `needle` stands in `text`: all places, or none where they are too many to be told apart. */
function occurrences(text, needle, most = MOST) {
  const found = [];
  for (let at = needle ? text.indexOf(needle) : -1; at >= 0; at = text.indexOf(needle, at + 1)) {
    found.push(at);
    if (found.length > most) return [];
  }
  return found;
}

/* How many letters of the words about the quote are about a place, in order; twice what follows without a gap. */
function agreement(letters, head, tail, quote) {
  let sum = 0;
  const reach = Math.max(0, head - REACH);
  let near = letters.slice(reach, head);
  for (const piece of [...quote.leftPieces].reverse()) {
    const at = near.lastIndexOf(piece);
    if (at < 0) continue;
    sum += piece.length * (at + piece.length === near.length ? 2 : 1);
    near = near.slice(0, at);
  }
  near = letters.slice(tail, tail + REACH);
  for (const piece of quote.rightPieces) {
    const at = near.indexOf(piece);
    if (at < 0) continue;
    sum += piece.length * (at === 0 ? 2 : 1);
    near = near.slice(at + piece.length);
  }
  return sum;
}

/* A few letters stand in many places, so some of the words about them must be there. */
const isTold = (place, quote) => quote.letters.length >= TELLING || 4 * place.agreement >= quote.most;

/* Where the quote stands with all the words about it, or else with some of them. */
function exactly({ letters, places }, quote) {
  const { left, right } = quote;
  const place = (head) => ({ start: places[head], end: places[head + quote.letters.length - 1] + 1, head, tail: head + quote.letters.length });
  const entire = occurrences(letters, left + quote.letters + right, 20 * MOST);
  if (entire.length) return entire.map((at) => ({ ...place(at + left.length), agreement: quote.most }));
  let heads = occurrences(letters, quote.letters);
  for (const near of [12, 4]) {
    if (heads.length) break;
    const before = left.slice(-near);
    const after = occurrences(letters, quote.letters + right.slice(0, near));
    heads = [...new Set([...occurrences(letters, before + quote.letters).map((at) => at + before.length), ...after])];
  }
  return heads.map(place).map((one) => ({ ...one, agreement: agreement(letters, one.head, one.tail, quote) }))
    .filter((one) => isTold(one, quote));
}

/* Where `left` ends and where `right` begins, by as many letters of each as are found together. */
function borders(letters, left, right) {
  let ends = [];
  let begins = [];
  for (const near of [12, 6, 4]) {
    if (!ends.length && left.length >= near) ends = occurrences(letters, left.slice(-near)).map((at) => at + near);
    if (!begins.length && right.length >= near) begins = occurrences(letters, right.slice(0, near));
  }
  return [new Set(ends), new Set(begins)];
}

/* How many letters of the pieces stand between head and tail, in this order and not too far from one another. */
function covered(letters, head, tail, pieces) {
  let sum = 0;
  for (const piece of pieces) {
    const at = letters.slice(head, Math.min(tail, head + 20 * piece.length + 100)).indexOf(piece);
    if (at < 0) continue;
    sum += piece.length;
    head += at + piece.length;
  }
  return sum;
}

/* Where the beginning and the end of the quote stand with most of it between, or a formula is between its neighbours. */
function aligned({ text, letters, places }, quote) {
  const [outerHeads, heads] = borders(letters, quote.left, quote.letters);
  const [tails, outerTails] = borders(letters, quote.letters, quote.right);
  if (quote.prefix.length < CONTEXT && letters.startsWith(quote.left)) outerHeads.add(quote.left.length);
  if (quote.suffix.length < CONTEXT && letters.endsWith(quote.right)) outerTails.add(letters.length - quote.right.length);
  const ends = [...new Set([...tails, ...outerTails])].sort((a, b) => a - b);
  const pairs = [];
  for (const head of new Set([...heads, ...outerHeads])) {
    const from = first(ends.length, (at) => ends[at] >= head);
    for (const tail of ends.slice(from, from + 20)) {
      if (tail <= head + 4 * quote.letters.length + REACH) pairs.push({ head, tail, agreement: agreement(letters, head, tail, quote) });
    }
  }
  pairs.sort((a, b) => b.agreement - a.agreement || a.tail - a.head - (b.tail - b.head));
  const found = [];
  for (const pair of pairs.slice(0, 20)) {
    const { head, tail } = pair;
    let start = heads.has(head) ? places[head] : head ? places[head - 1] + 1 : 0;
    let end = tails.has(tail) ? places[tail - 1] + 1 : places[tail] ?? text.length;
    start += text.slice(start, end).match(/^[\s.,;:!?]*/)[0].length;
    end = start + text.slice(start, end).replace(/[\s.,;:!?]+$/, "").length;
    const sum = covered(letters, head, tail, quote.pieces);
    const outside = !heads.has(head) && !tails.has(tail);
    if ((2 * sum < quote.letters.length && !(outside && DRAWN.test(text.slice(start, end)))) || start >= end || !isTold(pair, quote)) continue;
    /* What the quote itself begins and ends with says more than what is next to it. */
    const own = 12 * (Number(heads.has(head)) + Number(tails.has(tail)));
    found.push({ start, end, head, tail, agreement: pair.agreement + sum + own });
  }
  const best = Math.max(...found.map((place) => place.agreement));
  const kept = [];
  for (const place of found.sort((a, b) => a.end - a.start - (b.end - b.start))) {
    if (place.agreement === best && !kept.some((one) => one.start === place.start || one.end === place.end)) kept.push(place);
  }
  return kept;
}

/* A quote without letters: where it stands as it is, between the words about it. */
function literally({ text, letters, places }, quote) {
  const between = occurrences(letters, quote.left + quote.right).map((at) => {
    const head = at + quote.left.length;
    const from = head ? places[head - 1] + 1 : 0;
    return occurrences(text.slice(from, places[head] ?? text.length), quote.exact).map((start) => from + start);
  }).flat();
  return (between.length ? between : occurrences(text, quote.exact)).map((start) => {
    const end = start + quote.exact.length;
    const head = first(places.length, (at) => places[at] >= start);
    const tail = first(places.length, (at) => places[at] >= end);
    return { start, end, head, tail, agreement: agreement(letters, head, tail, quote) };
  }).filter((place) => isTold(place, quote));
}

function common(one, other) {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

/* How alike the signs are: within, and then how far on both sides. */
function likeness({ text }, { start, end }, { exact, prefix, suffix, lead, trail }) {
  const within = signsOf(text.slice(start, end)) === signsOf(exact.slice(lead.length, exact.length - trail.length));
  const reversed = (signs) => [...signsOf(signs)].reverse();
  const before = common(reversed(text.slice(Math.max(0, start - 400), start)), reversed(prefix + lead));
  return (within ? 1000 : 0) + before + common(signsOf(text.slice(end, end + 400)), signsOf(trail + suffix));
}

/* The one place that is meant, or undefined where two may be. */
function chosen(reading, found, quote) {
  const best = Math.max(...found.map((place) => place.agreement));
  let places = found.filter((place) => place.agreement === best);
  const prefer = (is) => {
    const better = places.filter(is);
    if (better.length) places = better;
  };
  /* A quote with fewer words about it than CONTEXT is at the beginning or the end of the part. */
  prefer(({ head, tail }) => (quote.prefix.length >= CONTEXT || head === quote.left.length)
    && (quote.suffix.length >= CONTEXT || tail === reading.letters.length - quote.right.length));
  const distance = ({ head }) => Math.abs(head - (quote.before ?? NaN));
  prefer((place) => distance(place) === 0);
  if (places.length > 1 && places.length <= MOST) {
    const alike = places.map((place) => likeness(reading, place, quote));
    const most = Math.max(...alike);
    places = places.filter((_, at) => alike[at] === most);
  }
  if (places.length === 1) return places[0];
  if (quote.before === undefined || quote.before === null) return undefined;
  /* What is not shown here, or only here, shifts all places; so the nearest must be by far the nearest. */
  const [nearest, second] = places.sort((a, b) => distance(a) - distance(b));
  return 2 * distance(nearest) < distance(second) ? nearest : undefined;
}

/* How far the signs go on in a text, where marks of Markdown may be between them. */
function reaches(text, signs) {
  const wanted = signs.replace(/\s/g, "");
  let reached = 0;
  let done = 0;
  for (let at = 0; at < text.length && done < wanted.length; at += 1) {
    if (text[at] === wanted[done]) {
      done += 1;
      reached = at + 1;
    } else if (signsOf(text[at])) break;
  }
  return reached;
}

function findIn(reading, { exact, prefix = "", suffix = "", before }) {
  const { text } = reading;
  const letters = lettersOf(exact);
  const [leftPieces, rightPieces] = [piecesOf(prefix), piecesOf(suffix)];
  const [left, right] = [leftPieces.join(""), rightPieces.join("")];
  const lead = letters ? exact.match(/^[^\p{L}\p{N}]*/u)[0] : "";
  const trail = letters ? exact.slice(exact.search(/[^\p{L}\p{N}]*$/u)) : "";
  const quote = { exact, prefix, suffix, before, letters, left, right, leftPieces, rightPieces, lead, trail, pieces: piecesOf(exact), most: 2 * (left.length + right.length) };
  let found = letters ? exactly(reading, quote) : literally(reading, quote);
  if (!found.length && letters) found = aligned(reading, quote);
  const place = found.length ? chosen(reading, found, quote) : undefined;
  if (!place) return null;
  let { start, end } = place;
  end += text.slice(end).match(/^\p{M}*/u)[0].length;
  const backwards = (signs) => signs.split("").reverse().join("");
  start -= reaches(backwards(text.slice(Math.max(0, start - 400), start)), backwards(lead));
  end += reaches(text.slice(end, end + 400), trail);
  return rangeOf(reading, start, end);
}

/* Quotes → their ranges in `root`, null for what is not there or might be at two places. */
export function findAll(root, quotes) {
  const reading = read(root);
  return quotes.map((quote) => (quote.exact.trim() ? findIn(reading, { ...quote, exact: quote.exact.trim() }) : null));
}

export const find = (root, quote) => findAll(root, [quote])[0];
