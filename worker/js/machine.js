// The gate's machine in WebAssembly: one call in, one outcome out. What is kept here saves crossings and decides nothing: the
// classes of header fields, the numbers of genuine `Authorization` values, and the plans by which requests are forwarded. All
// of it is forgotten with the instance and with the environment.
import * as rust from "../../build/index.js";
import { Aborted, freshInstance, isUncertain, noteFailure } from "./instance.js";

/** The most classes of header fields that are kept: clients invent names. */
const MAX_CLASSES = 1_000;
/** The most characters of plans that are kept. The machine gives a plan again that is not. */
const MAX_PLANS = 4 * 1024 * 1024;

/** The bits of a class, as src/forward/class.rs has them. */
const LEAVES = 1;
const MATTERS = 2;
const IS_CLIENT_ADDRESS = 4;
/** Two bits of the driver's own: for the credential, and for a field that cannot be a property of an object. */
const IS_AUTHORIZATION = 8;
const IS_NO_PROPERTY = 16;

/** What the platform gives in the place of bytes that are not UTF-8. */
const REPLACED = "\ufffd";

/** By how much the number of a plan is multiplied, before the code is added under which the request was counted. */
const CODES = 8_192 * 512;
/** The most codes whose answers are kept apart. More are not told: then it is not known how their requests were answered. */
const MAX_ANSWERED = 8_192;
/** Of how the origin can answer: the number of classes of status and, last, that of no answer. */
const CLASSES = 6;
export const FAILED = CLASSES;

/** No value has this number. */
const UNKNOWN = 0;
/** The answer with the number 0, where it is given again. */
const FIRST_ANSWER = -2;

let environment;
let instance;
let classes = new Map();
let numbers = new Map();
let values = [];
let plans = new Map();
let plansLength = 0;
/** Answers that are given again, by their numbers. */
let repeated = [];
/** How the origin answered, since the machine was told last: counts by code and class. */
let answers = new Map();
/** Counts configurations: a code or a handle stands for nothing in another one. */
let configurations = 0;

/** What the machine has to know of a request, read from the platform's objects once. */
export class Head {
  constructor(request) {
    const { method, url, headers } = request;
    this.url = url;
    this.target = `${method} ${url}`;
    this.authorization = headers.get("authorization");
    this.fields = "";
    this.leaving = undefined;
    this.clientAddress = undefined;
    /** The fields that do not leave, without the credential. */
    this.staying = {};
    /** Whether `staying` has all of them, with every byte. They are collected for a service binding only: nothing else takes them. */
    this.isExact = environment.ORIGIN !== undefined;
    for (const [name, value] of headers) {
      const bits = classes.get(name) ?? learnClass(name);
      if (this.isExact && (bits & LEAVES) === 0) {
        if ((bits & IS_AUTHORIZATION) === 0) this.staying[name] = value;
        if (value.includes(REPLACED)) this.isExact = false;
      }
      if (bits !== 0) this.#note(name, value, bits);
    }
  }

  #note(name, value, bits) {
    if ((bits & LEAVES) !== 0) (this.leaving ??= []).push(name);
    if ((bits & MATTERS) !== 0) this.fields += `${name}\n${value}\n`;
    if ((bits & IS_CLIENT_ADDRESS) !== 0) this.clientAddress = value;
    if ((bits & IS_NO_PROPERTY) !== 0) this.isExact = false;
  }
}

/**
 * Readies the machine for requests of this environment. Gives the number of its configuration: handles of another one stand for other
 * requests, even in the same instance.
 */
export function prepare(env) {
  if (env === environment && !isUncertain()) return configurations;
  const current = freshInstance();
  if (env !== environment || current !== instance) {
    environment = undefined; // until all of it has worked
    classes = new Map();
    numbers = new Map();
    values = [];
    plans = new Map();
    plansLength = 0;
    repeated = [];
    answers = new Map();
    configurations += 1;
    call(() => rust.configure(env));
    environment = env;
    instance = current;
  }
  return configurations;
}

/** Whether the configuration of this number is there to be called. */
export const isCurrent = (number) => number === configurations && !isUncertain();

/** Begins the way of a request. */
export function begin(head) {
  const { target, fields } = head;
  const known = numberOf(head);
  const number = call(() => rust.begin(target, known, textOf(head, known), fields, Date.now()));
  return outcome(number, known !== UNKNOWN || head.authorization === null);
}

/** Goes on with a request by what came of its reads: pairs of a code and bytes. `undefined` where it must begin anew. */
export function resume(handle, readings) {
  return outcome(
    call(() => {
      tellAnswers();
      for (const [code, bytes] of readings) rust.give(code, bytes);
      return rust.resume(handle, Date.now());
    }),
    false,
  );
}

/** What a request is answered with that could not be forwarded: src/machine.rs says what `what` may be. */
export function failed(head, what, reason) {
  const { target, fields } = head;
  const known = numberOf(head);
  return outcome(
    call(() => rust.failed(target, known, textOf(head, known), fields, what, reason, Date.now())),
    false,
  );
}

/** The number of a request's `Authorization`, if its value was genuine of late. */
const numberOf = ({ authorization }) => (authorization === null ? UNKNOWN : (numbers.get(authorization) ?? UNKNOWN));

/** The value itself, where it has no number. */
const textOf = ({ authorization }, known) => (authorization === null || known !== UNKNOWN ? undefined : authorization);

/** Whether an origin's `Set-Cookie` line sets a cookie of ours. */
export function setsCookieOfOurs(line) {
  if (isUncertain()) throw new Aborted(); // nobody is left to tell
  return call(() => rust.is_cookie_of_ours(line));
}

/** Counts how the origin answered a request that goes on by this outcome: by the first digit of its status, or not at all. */
export function countAnswer({ counted_as: code, counted_by: by }, digit) {
  if (code === 0 || by !== configurations || digit < 1 || digit > CLASSES) return;
  const key = code * CLASSES + digit - 1;
  const count = answers.get(key);
  if (count !== undefined || answers.size < MAX_ANSWERED) answers.set(key, (count ?? 0) + 1);
}

function tellAnswers() {
  if (answers.size === 0) return;
  const counts = new Uint32Array(3 * answers.size);
  let at = 0;
  for (const [key, count] of answers) {
    counts.set([Math.floor(key / CLASSES), key % CLASSES, count], at);
    at += 3;
  }
  answers.clear();
  rust.answered(counts);
}

/** Tells where a request came from that was counted under this code. */
export function look(code, { cf, headers }) {
  const text = (value) => (typeof value === "string" ? value : "");
  const asn = typeof cf?.asn === "number" ? cf.asn : 0;
  const [agent, address] = ["user-agent", "cf-connecting-ip"].map((name) => headers.get(name) ?? "");
  call(() => rust.came_from(code, text(cf?.country), asn, agent, address, Date.now()));
}

/** Remembers the number of a genuine value, in place of the value that had this slot. */
export function remember(value, number, slot) {
  forget(slot);
  values[slot] = { value, number };
  numbers.set(value, number);
}

/** Forgets the value of a slot. */
export function forget(slot) {
  const kept = values[slot];
  if (kept !== undefined && numbers.get(kept.value) === kept.number) numbers.delete(kept.value);
  values[slot] = undefined;
}

/**
 * What a number stands for: how to forward the request at once, or an answer that was given before; else the next step, and effects.
 * A plan is kept if its credential is seen a second time, or if the request has none. A plan that is used once would only fill the memory.
 */
function outcome(number, isRepeated) {
  if (number <= FIRST_ANSWER) return repeated[FIRST_ANSWER - number];
  if (number < 0) return undefined;
  if (number > 0) {
    const plan = plans.get(Math.floor(number / CODES));
    if (plan !== undefined) return { step: "forward", plan, counted_as: number % CODES, counted_by: configurations };
  }
  const text = call(() => rust.output());
  const next = JSON.parse(text);
  if (next.step === "forward") {
    next.counted_by = configurations;
    if (isRepeated && next.number !== null) learnPlan(next.number, next.plan, text.length);
  }
  if (next.step === "answer") {
    const { step, number, status, fields, body } = next;
    next.init = { status, headers: Object.fromEntries(fields) };
    if (number !== null) repeated[number] = { step, body, init: next.init };
  }
  return next;
}

function learnPlan(number, plan, length) {
  plansLength += length;
  if (plansLength > MAX_PLANS) {
    plans.clear();
    plansLength = length;
  }
  plans.set(number, plan);
}

function learnClass(name) {
  let bits = call(() => rust.field_class(name));
  if (name === "authorization") bits |= IS_AUTHORIZATION;
  if (name === "set-cookie" || name in Object.prototype) bits |= IS_NO_PROPERTY; // each Set-Cookie is a field of its own
  if (classes.size >= MAX_CLASSES) classes.clear();
  classes.set(name, bits);
  return bits;
}

/** A call into the instance. What it throws is noted: the instance may be gone. */
function call(into) {
  try {
    return into();
  } catch (error) {
    noteFailure(error);
    throw error;
  }
}
