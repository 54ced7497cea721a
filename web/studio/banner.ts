/** A core: can this person be heard right now? Said so that it cannot be taken for its opposite. */

import type { HouseRoom } from "./news";
import type { Speech } from "./speech";
import { stanceOf, toneOf, type Tone } from "./stance";
import { isMuted, type Studio } from "./state";
import type { Heard, Said } from "./words";

/** So often sound has not got through to a house that did answer. */
const UNREACHED = 2;

type SayIt = Speech["say"];

export function banner(studio: Studio, heard: Heard, speech: Speech): Said {
  const { say } = speech;
  if (studio.letGo !== null) return letGo(studio, speech);
  if (studio.house === "wrong-key")
    return studio.company.me === null
      ? trouble(say("wrong_link"), say("wrong_link_more"))
      : trouble(say("no_longer"), say("no_longer_more"));
  if (studio.house === "no-room") return trouble(say("no_room"), say("no_room_more"));
  if (studio.elsewhere) return trouble(say("on_other_window"), say("elsewhere_more"));
  switch (studio.me.tag) {
    case "off":
      if (studio.house === "away") return trouble(say("house_gone"), say("house_gone_more"));
      return outside(studio.room, say);
    case "asking":
      return rest(say("asks_microphone"), say("asks_microphone_more"));
    case "joining":
      if (studio.unreached >= UNREACHED) return unreachable(studio, say);
      return studio.misses === 0
        ? rest(say("going"), say("going_more"))
        : trouble(say("nobody_hears"), returning(studio, say));
    case "waiting":
      if (studio.unreached >= UNREACHED) return unreachable(studio, say);
      return trouble(say("nobody_hears"), returning(studio, say));
    case "on":
      return present(studio, studio.me.lostAt !== null && studio.me.proven, heard, say);
  }
}

function letGo({ letGo }: Studio, { say, name }: Speech): Said {
  const by = name(letGo?.by ?? "");
  if (letGo?.why === "moved_back") return rest(say("moved_back", { by }), say("moved_back_more"));
  const head = letGo?.why === "banned" ? say("banned", { by }) : say("removed", { by });
  return trouble(head, say("removed_more"));
}

function returning(studio: Studio, say: SayIt): string {
  if (studio.offline) return say("no_network");
  if (studio.house === "away" && studio.lostSince !== null) return say("no_network_or_house");
  return studio.me.tag === "joining" ? say("made_again") : say("stage_silent");
}

/** The web gets through, sound does not: what can be done is not in our hands. */
function unreachable({ reach, servers }: Studio, say: SayIt): Said {
  const one = reach !== null && !reach.ports.includes("–");
  const where = reach === null ? null : { ports: reach.ports, host: reach.host };
  const ports = where === null ? say("udp_any") : say(one ? "udp_port" : "udp_ports", where);
  const turns = servers.some(({ urls }) => urls.some((url) => /^turn/i.test(url)));
  const relay = say(turns ? "relay_there" : "relay_none");
  return trouble(say("nobody_hears"), say("no_udp", { ports, relay }));
}

function outside(room: HouseRoom | null, say: SayIt): Said {
  switch (room?.state) {
    case undefined:
      return rest(say("one_moment"), "");
    case "ended":
      return rest(say("off_stage"), say("off_ended"));
    case "live":
    case "silent":
    case "interrupted":
      return rest(say("off_stage"), say("off_air"));
    case "scheduled":
      return rest(say("off_stage"), say(room.late ? "off_late" : "off_scheduled"));
    case "doors":
      return rest(say("off_stage"), say(room.armed ? "off_armed" : "off_hold"));
  }
}

function present(studio: Studio, lost: boolean, heard: Heard, say: SayIt): Said {
  if (lost) return trouble(say("nobody_hears"), say("stumbles"));
  if (studio.me.tag === "on" && !studio.me.proven) {
    if (studio.unreached >= UNREACHED) return unreachable(studio, say);
    return studio.misses === 0
      ? rest(say("going"), say("going_more"))
      : trouble(say("nobody_hears"), say("made_again"));
  }
  if (!studio.microphone) return trouble(say("nobody_hears"), say("microphone_gone"));
  if (isMuted(studio)) return muted(studio, say);
  return sounding(studio, heard, say);
}

function sounding({ room, onset }: Studio, heard: Heard, say: SayIt): Said {
  switch (room?.state) {
    case "live":
    case "silent":
      if (heard.flow === "playing" && heard.playing !== null && heard.playing !== "sound")
        return onset.fresh
          ? { tone: "armed", head: say("on_its_way"), more: say("on_its_way_more") }
          : trouble(say("not_through"), say("not_through_filler"));
      return { tone: "air", head: say("on_air"), more: reach(heard, say) };
    case "interrupted":
      return trouble(say("not_through"), say("not_through_stage"));
    case "doors":
    case "scheduled":
      if (room.armed) return { tone: "armed", head: say("armed"), more: say("armed_more") };
      return {
        tone: "wait",
        head: say("backstage"),
        more: say(room.state === "doors" ? "backstage_hold" : "backstage_closed"),
      };
    case "ended":
    case undefined:
      return rest(say("on_stage_ended"), say("nobody_hears"));
  }
}

function reach(heard: Heard, say: SayIt): string {
  return heard.flow === "reconnecting" ? say("on_air_unknown") : say("on_air_more");
}

function muted(studio: Studio, say: SayIt): Said {
  const { room } = studio;
  const air = room?.state === "live" || room?.state === "silent";
  const mine = air ? say("muted_on_air") : say("muted_more");
  const more = studio.muted ? mine : say("muted_by_other");
  return { tone: "muted", head: say("muted"), more };
}

/** The banner's colour: the big word's, but red only while the sentence says the same. */
export function toneFor(studio: Studio, said: Said): Tone {
  const tone = toneOf(stanceOf(studio));
  if (tone === "air" && studio.me.tag !== "off" && said.tone !== "air") return said.tone;
  return tone;
}

function rest(head: string, more: string): Said {
  return { tone: "rest", head, more };
}

function trouble(head: string, more: string): Said {
  return { tone: "trouble", head, more };
}
