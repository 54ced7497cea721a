import fc from "fast-check";
import { expect, test } from "vitest";
import { linkedServers, listedServers, reachIn, reachOf } from "./reach";

const URL = "turn:turn.example:3478?transport=udp";
const TURN = `<${URL}>; rel="ice-server"; username="9:demo"; `;

test("a Link header names STUN and TURN servers", () => {
  const header =
    `${TURN}credential="a+/b,c;d=="; credential-type="password", ` +
    '<stun:stun.example:3478>; rel="ice-server", </elsewhere>; rel="next"';
  expect(linkedServers(header)).toEqual([
    { urls: [URL], username: "9:demo", credential: "a+/b,c;d==" },
    { urls: ["stun:stun.example:3478"] },
  ]);
});

test("a server that a browser would refuse is left out, and not all with it", () => {
  const wrong = `${TURN.replace("username", "user")}, <http://x>; rel="ice-server"`;
  expect(linkedServers(wrong)).toEqual([]);
  expect(
    listedServers([
      { urls: "turn:a" },
      { urls: ["stun:b", "http://c"] },
      { urls: ["turn:d"], username: "u", credential: "p" },
    ]),
  ).toEqual([{ urls: ["stun:b"] }, { urls: ["turn:d"], username: "u", credential: "p" }]);
});

test("where sound goes to is told by the house, or read from the answer", () => {
  expect(reachOf({ host: "h.example", ports: "40000-40099" })).toEqual({
    host: "h.example",
    ports: "40000–40099",
  });
  expect(reachOf({ host: "h.example", ports: [40000, 40099] })?.ports).toBe("40000–40099");
  expect(reachOf({ host: "h.example", ports: 40000 })?.ports).toBe("40000");
  expect(reachOf({ host: "h.example", ports: "0" })).toBeNull();
  const answer = "m=audio 9\r\na=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n";
  expect(reachIn(answer)).toEqual({ host: "192.0.2.1", ports: "40000" });
  expect(reachIn("v=0")).toBeNull();
});

test("nothing that a house could say makes the page fail", () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (text, json) => {
      linkedServers(text);
      linkedServers(`<turn:${text}>; rel="ice-server"; ${text}`);
      reachIn(text);
      listedServers(json);
      listedServers([json, { urls: json }]);
      reachOf(json);
      reachOf({ host: "h", ports: json });
    }),
  );
});
