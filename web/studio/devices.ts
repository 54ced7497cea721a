/** A core: which of the devices that are plugged in is to be used. */

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** What the person chose; an empty id: the system's usual one. */
export const USUAL: Device = { id: "", label: "" };

export type Move =
  | { readonly tag: "stay" }
  /** The chosen one is gone, and there is another. */
  | { readonly tag: "fall-back" }
  /** The chosen one is there again. */
  | { readonly tag: "take-back"; readonly device: Device }
  /** There is none at all. */
  | { readonly tag: "none" };

/**
 * Returns what to do when devices have come or gone.
 *
 * Args: `used`: what sounds now; `chosen`: what the person wants; `lost`: what is used has ended.
 */
export function moved(
  used: string,
  chosen: Device,
  devices: readonly Device[],
  lost: boolean,
): Move {
  const wanted = chosen.id === "" ? undefined : find(chosen, devices);
  const here = devices.some(({ id }) => id === used);
  if (wanted !== undefined && (wanted.id !== used || lost))
    return { tag: "take-back", device: wanted };
  if (!lost && (used === "" || here)) return { tag: "stay" };
  return devices.length === 0 ? { tag: "none" } : { tag: "fall-back" };
}

/** The same device: by its id, or where browsers renew ids, by its label. */
function find(chosen: Device, devices: readonly Device[]): Device | undefined {
  return (
    devices.find(({ id }) => id === chosen.id) ??
    devices.find(({ label }) => label !== "" && label === chosen.label)
  );
}

/** Writes a choice for the browser to remember. */
export function written({ id, label }: Device): string {
  return id === "" ? "" : `${id}\n${label}`;
}

/** Reads it; a bare id is one that was remembered without its label. */
export function read(text: string): Device {
  const [id = "", label = ""] = text.split("\n");
  return { id, label };
}
