/** A shell: what the browser remembers for this page. It may refuse; then nothing is remembered. */

export function remember(storage: () => Storage, key: string, text: string): void {
  try {
    storage().setItem(`fullhouse-${key}`, text);
  } catch {
    return;
  }
}

export function recall(storage: () => Storage, key: string): string {
  try {
    return storage().getItem(`fullhouse-${key}`) ?? "";
  } catch {
    return "";
  }
}

/** Kept for all visits. */
export const lasting = (): Storage => localStorage;
/** Kept while the tab is open. */
export const passing = (): Storage => sessionStorage;
