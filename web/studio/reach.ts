/** A core: by which servers and ports sound gets through: ICE servers, and the stage's address. */

import { isObject, textOf } from "../stream/news";

/** A STUN or TURN server, as RTCPeerConnection takes it. */
export interface Relay {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** Where sound goes to. */
export interface Reach {
  readonly host: string;
  /** Such as "40000" or "40000–40099". */
  readonly ports: string;
}

const ADDRESS = /^(?:stun|turns?):[^\s,<>"]{1,200}$/i;
const MOST = 8;
/** One `<target>; name=value; …` of a Link header; values may be quoted. */
const LINK = /<([^<>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s",;]*))*)/g;
const PARAMETER = /;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]*))/g;

/** Returns the servers that a Link header names. Source: RFC 9725, 4.6. */
export function linkedServers(header: string): readonly Relay[] {
  const servers: Relay[] = [];
  for (const [, target = "", rest = ""] of header.matchAll(LINK)) {
    const said = new Map<string, string>();
    for (const [, name = "", quoted, plain] of rest.matchAll(PARAMETER))
      said.set(name.toLowerCase(), quoted ?? plain ?? "");
    if (said.get("rel") === "ice-server")
      servers.push(...server([target], said.get("username"), said.get("credential")));
  }
  return servers.slice(0, MOST);
}

/** Returns the servers that the house's answer names as `ice_servers`. */
export function listedServers(json: unknown): readonly Relay[] {
  if (!Array.isArray(json)) return [];
  return json
    .flatMap((each: unknown) => {
      if (!isObject(each)) return [];
      const named: unknown = each["urls"];
      const urls: readonly unknown[] = Array.isArray(named) ? named : [named];
      return server(
        urls.filter((url) => typeof url === "string"),
        textOf(each["username"]),
        textOf(each["credential"]),
      );
    })
    .slice(0, MOST);
}

/** A browser refuses all servers for one that it cannot read: such a one is left out. */
function server(all: readonly string[], username = "", credential = ""): readonly Relay[] {
  const turns = all.some((url) => /^turn/i.test(url));
  const urls = all.filter((url) => ADDRESS.test(url));
  if (urls.length === 0 || (turns && (username === "" || credential === ""))) return [];
  return [turns ? { urls, username, credential } : { urls }];
}

/** Returns where an SDP answer wants sound to go; null where it does not say. */
export function reachIn(sdp: string): Reach | null {
  const found = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/im.exec(sdp);
  const [, host, port] = found ?? [];
  return host === undefined || port === undefined ? null : { host, ports: port };
}

/** Returns where the house says that sound goes to. */
export function reachOf(json: unknown): Reach | null {
  if (!isObject(json)) return null;
  const host = textOf(json["host"]);
  const ports = portsOf(json["ports"]);
  return host === "" || ports === "" ? null : { host, ports };
}

function portsOf(json: unknown): string {
  if (typeof json === "number") return String(json);
  if (typeof json === "string") return json === "0" ? "" : json.replace("-", "–");
  if (!Array.isArray(json)) return "";
  const all: readonly unknown[] = json;
  const [first, last] = all;
  if (typeof first !== "number") return "";
  return typeof last === "number" && last !== first ? `${first}–${last}` : String(first);
}
