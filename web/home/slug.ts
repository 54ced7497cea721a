/** A core: a room's name in its link, proposed from its title. */

const MOST = 64;

/** Returns what of a title can stand in a link: "Kopi Sore №2!" becomes "kopi-sore-2". */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return words.slice(0, MOST).replace(/-+$/, "");
}
