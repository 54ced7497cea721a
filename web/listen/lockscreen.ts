/** A shell: the controls of lock screen, headphones and media keys. */

import type { View } from "./words";

export function controls(wish: (wish: "play" | "stop") => void): (view: View) => void {
  const session = "mediaSession" in navigator ? navigator.mediaSession : null;
  if (session === null) return () => undefined;
  session.setActionHandler("play", () => wish("play"));
  session.setActionHandler("pause", () => wish("stop"));
  session.setActionHandler("stop", () => wish("stop"));
  let shown = "";
  return (view) => {
    session.playbackState = view.button === "Stop" ? "playing" : "paused";
    const artist = view.speaking || view.badge;
    if (shown === view.title + artist) return;
    shown = view.title + artist;
    session.metadata = new MediaMetadata({ title: view.title, artist, album: "Fullhouse" });
  };
}
