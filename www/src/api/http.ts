import { Problem } from "./problem";

const API = "/_tidegate/api";
const PATIENCE_MS = 60_000;
/** Long enough for 8 MiB over a slow connection. */
const UPLOAD_PATIENCE_MS = 10 * 60_000;

export interface Options {
  body?: unknown;
  /** The `rev` that the change is based on. */
  rev?: number;
  /** Marks a repetition, so that no second token is made. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** The revision that the page has already. */
  known?: number;
  /** How much of the body has been sent, 0 to 1. */
  onSent?: (share: number) => void;
}

/** Called when the session has ended. Resolves after another sign-in, and rejects if the user does not sign in. */
let signInAgain: () => Promise<void> = () => Promise.reject(new Problem(401, {}));

export function onSessionEnd(handler: () => Promise<void>): void {
  signInAgain = handler;
}

/** Calls the admin API. Throws a `Problem` for every answer but a success. */
export async function ask<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await answered(method, path, options);
  return response.status === 204 ? (undefined as T) : whole<T>(response.json(), options.signal);
}

/** What `askText` returns if nothing has changed. */
export const UNCHANGED = Symbol("unchanged");

/** Like `ask`, for text that the page passes on without reading it. It is not fetched again if it is still revision `known`. */
export async function askText(path: string, known?: number): Promise<string | typeof UNCHANGED> {
  const response = await answered("GET", path, known === undefined ? {} : { known });
  return response.status === 304 ? UNCHANGED : whole(response.text());
}

/** A part of a file, and the cursor of the part that follows. */
export async function askPart(path: string, signal: AbortSignal): Promise<{ text: string; next: string | null }> {
  const response = await answered("GET", path, { signal });
  return { text: await whole(response.text(), signal), next: response.headers.get("Tidegate-Next-Cursor") };
}

/** The answer. If the session has ended, the call is repeated after the next sign-in: a 401 has changed nothing. */
async function answered(method: string, path: string, options: Options): Promise<Response> {
  const response = await send(method, path, options);
  if (response.status === 401 && path !== "/session") {
    await signInAgain();
    return answered(method, path, options);
  }
  if (!response.ok && response.status !== 304) throw await Problem.of(response);
  return response;
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (options.rev !== undefined) headers.set("If-Match", `"${options.rev}"`);
  if (options.known !== undefined) headers.set("If-None-Match", `"${options.known}"`);
  if (options.idempotencyKey !== undefined) headers.set("Idempotency-Key", options.idempotencyKey);
  const body = options.body === undefined ? null : JSON.stringify(options.body);
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    if (options.onSent && body !== null) return await upload(method, path, headers, body, options.onSent);
    return await fetch(API + path, { method, headers, body, signal, credentials: "same-origin", redirect: "error" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw Problem.unreachable();
  }
}

/** The body. If it breaks off, whether the request was carried out is as unknown to the page as without an answer. */
async function whole<T>(body: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.unreachable();
  }
}

/** Reports the progress of sending, which fetch does not. */
function upload(method: string, path: string, headers: Headers, body: string, onSent: (share: number) => void) {
  return new Promise<Response>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, API + path);
    headers.forEach((value, name) => request.setRequestHeader(name, value));
    request.timeout = UPLOAD_PATIENCE_MS;
    request.upload.onprogress = (event) => onSent(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () =>
      resolve(new Response(request.status === 204 ? null : request.responseText, { status: request.status }));
    request.onerror = request.ontimeout = request.onabort = () => reject(Problem.unreachable());
    request.send(body);
  });
}
