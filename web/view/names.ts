/** A core: people, named and counted. */

/** Returns "Ana is speaking", "Ana and Ben are speaking", with a count where there are many. */
export function listed(names: readonly string[]): string {
  const said = names.map((name) => name.trim() || "Somebody");
  const [first, second] = said;
  if (first === undefined) return "";
  if (second === undefined) return `${first} is speaking`;
  if (said.length === 2) return `${first} and ${second} are speaking`;
  return `${first}, ${second} and ${said.length - 2} more are speaking`;
}

export function counted(listeners: number | null): string {
  return listeners === null ? "" : `${listeners.toLocaleString("en")} listening`;
}

/** Returns the names so that no two are the same: "Ana", "Ana (2)". */
export function apart(names: readonly string[]): readonly string[] {
  const met = new Map<string, number>();
  return names.map((name) => {
    const key = name.toLowerCase();
    const count = (met.get(key) ?? 0) + 1;
    met.set(key, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
