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
