/** A core: server-sent events out of text as it comes in. Source: WHATWG HTML, 9.2.6. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** More than any event of the house's holds; a stream that goes on without a line's end is none. */
const MOST = 1_000_000;

/** Adds text to what was left over; returns what is left over now, and the events that are whole. */
export function feed(rest: string, text: string): [string, readonly ServerEvent[]] {
  const all = rest + text;
  // A lone \r at the end may be half of \r\n: it waits.
  const usable = all.endsWith("\r") ? all.slice(0, -1) : all;
  const blocks = usable.replace(/\r\n?/g, "\n").split("\n\n");
  const left = (blocks.pop() ?? "") + all.slice(usable.length);
  const events = blocks.map(parsed).filter((each) => each !== null);
  return [left.length > MOST ? "" : left, events];
}

function parsed(block: string): ServerEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
  }
  return data.length === 0 ? null : { event, data: data.join("\n") };
}
