/** A shell: the browser's passkeys. Bytes travel as base64url, as the house writes them. */

import { isObject, textOf } from "../stream/news";
import { bytesOf, textIn } from "./base64";

type Json = Readonly<Record<string, unknown>>;

/** Tells whether this page can use passkeys: they are for one origin, given by the house. */
export function usable(origin: unknown): boolean {
  return origin === location.origin && "credentials" in navigator && "PublicKeyCredential" in window;
}

/** Lets the browser make a passkey; null if its person did not want to. */
export async function make(options: Json): Promise<Json | null> {
  const rp = part(options, "rp");
  const user = part(options, "user");
  const chosen = part(options, "authenticatorSelection");
  const made = await offered(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(textOf(options["challenge"])),
        rp: { id: textOf(rp["id"]), name: textOf(rp["name"]) },
        user: {
          id: bytesOf(textOf(user["id"])),
          name: textOf(user["name"]),
          displayName: textOf(user["displayName"]),
        },
        pubKeyCredParams: list(options["pubKeyCredParams"]).map(({ alg }) => ({
          type: "public-key",
          alg: Number(alg),
        })),
        excludeCredentials: list(options["excludeCredentials"]).map(({ id }) => ({
          type: "public-key",
          id: bytesOf(textOf(id)),
        })),
        authenticatorSelection: {
          residentKey: chosen["residentKey"] === "required" ? "required" : "preferred",
          requireResidentKey: chosen["requireResidentKey"] === true,
          userVerification: "required",
        },
        timeout: Number(options["timeout"] ?? 60_000),
        attestation: "none",
      },
    }),
  );
  if (made === null || !(made.response instanceof AuthenticatorAttestationResponse)) return null;
  const { clientDataJSON, attestationObject } = made.response;
  return whole(made, { clientDataJSON, attestationObject });
}

/** Lets the browser sign with whichever passkey it has for us; null if it has or wants none. */
export async function sign(options: Json): Promise<Json | null> {
  const signed = await offered(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(textOf(options["challenge"])),
        rpId: textOf(options["rpId"]),
        userVerification: "required",
        timeout: Number(options["timeout"] ?? 60_000),
      },
    }),
  );
  if (signed === null || !(signed.response instanceof AuthenticatorAssertionResponse)) return null;
  const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
  const more = userHandle === null ? {} : { userHandle };
  return whole(signed, { clientDataJSON, authenticatorData, signature, ...more });
}

async function offered(offer: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    const credential = await offer();
    return credential instanceof PublicKeyCredential ? credential : null;
  } catch {
    return null; // its person pressed "cancel", or nothing fitted: the browser does not tell which
  }
}

function whole(credential: PublicKeyCredential, parts: Readonly<Record<string, ArrayBuffer>>): Json {
  const response = Object.fromEntries(
    Object.entries(parts).map(([name, bytes]) => [name, textIn(new Uint8Array(bytes))]),
  );
  return { id: credential.id, rawId: textIn(new Uint8Array(credential.rawId)), type: credential.type, response };
}

function part(json: Json, name: string): Json {
  const found = json[name];
  return isObject(found) ? found : {};
}

function list(json: unknown): readonly Json[] {
  return Array.isArray(json) ? json.filter(isObject) : [];
}
