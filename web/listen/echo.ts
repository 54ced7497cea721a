/**
 * A core: what the page has said in English, said in another language: sentence by sentence, found
 * by the English text that it was made of. So the English page carries no other language with it.
 */

type Record_ = Readonly<Record<string, unknown>>;

const SENTENCES = /(?<=[.!?]) (?=\p{Lu})/u;
const MOST_KEPT = 200;

export function echo(english: Record_, other: Record_): (text: string) => string {
  const whole = new Map<string, string>();
  const made: [RegExp, readonly string[], string][] = [];
  for (const [key, text] of Object.entries(english)) {
    const said = other[key];
    if (typeof text !== "string" || typeof said !== "string") continue;
    if (text.includes("{")) made.push([patternOf(text), holes(text), said]);
    else whole.set(text, said);
  }
  const sentence = (text: string): string => {
    const found = whole.get(text);
    if (found !== undefined) return found;
    for (const [pattern, names, said] of made) {
      const values = pattern.exec(text);
      if (values === null) continue;
      return said.replace(/\{(\w+)\}/g, (hole, name: string) => {
        const value = values[names.indexOf(name) + 1];
        return value === undefined ? hole : sentence(value);
      });
    }
    return text;
  };
  const kept = new Map<string, string>();
  return (text) => {
    let said = kept.get(text);
    if (said === undefined) {
      said = text.split(SENTENCES).map(sentence).join(" ");
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(text, said);
    }
    return said;
  };
}

function patternOf(text: string): RegExp {
  const plain = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${plain.replace(/\{\w+\}/g, "(.+?)")}$`, "u");
}

function holes(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}
