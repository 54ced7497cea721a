/** A shell: chance, as a seed for the cores that need some. */

export function seed(): number {
  return crypto.getRandomValues(new Int32Array(1))[0] ?? 1;
}
