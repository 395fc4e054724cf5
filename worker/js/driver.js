// The driver of the gate and its admin plane: carries out the steps and effects of their machine (src/gate/, src/admin/plane/)
// with the platform's own promises. The machine decides what to do; nothing is decided here.
import { NoAnswer, UNREACHABLE, forward } from "./http.js";
import { Aborted, isAbort, noteFailure } from "./instance.js";
import {
  FAILED,
  Head,
  begin,
  countAnswer,
  failed,
  forget,
  isCurrent,
  look,
  prepare,
  remember,
  resume,
  setsCookieOfOurs,
} from "./machine.js";
import { Reads, share } from "./reads.js";

/** How often a request begins anew because the instance that judged it is gone. */
const MAX_RESTARTS = 3;

/**
 * Answers a request. It is no async function, and has no closure of its own until it has to wait: a request that is forwarded at
 * once has the one promise that it needs, and one that is answered as others were before has none.
 */
export function handle(request, env, ctx) {
  try {
    const machine = prepare(env);
    const head = new Head(request);
    const outcome = begin(head);
    if (outcome.effects === undefined) {
      return outcome.step === "forward" ? send(request, env, head, outcome, undefined) : answer(outcome);
    }
    return follow({ request, env, ctx, head, machine, reads: undefined }, outcome);
  } catch (error) {
    return unavailable(error);
  }
}

/** Carries out one outcome after the other, until the request is answered. */
async function follow(task, outcome) {
  try {
    for (let next = outcome, restarts = 0; ;) {
      if (next === undefined) {
        if (restarts >= MAX_RESTARTS || task.reads?.isSpent) throw new Aborted();
        restarts += 1;
        next = restart(task);
      }
      for (const effect of next.effects ?? []) carryOut(task, effect);
      switch (next.step) {
        case "answer":
          task.reads?.discard();
          return answer(next);
        case "forward":
          return await send(task.request, task.env, task.head, next, task.reads?.body);
        case "relay":
          return task.reads.relay(next);
        default:
          next = await goOn(task, next);
      }
    }
  } catch (error) {
    return unavailable(error);
  }
}

/** Makes the reads of a step together, and goes on with what came of them. */
async function goOn(task, { handle, reads }) {
  task.reads ??= new Reads(task.request, task.env, task.ctx);
  const readings = await task.reads.make(reads);
  return isCurrent(task.machine) ? resume(handle, readings) : undefined;
}

/** Begins a request anew, of which nothing was sent that counts once; a body that was read is kept. */
function restart(task) {
  task.machine = prepare(task.env);
  task.head = new Head(task.request);
  return begin(task.head);
}

function carryOut(task, effect) {
  switch (effect.effect) {
    case "log":
      if (effect.is_error) console.error(effect.text);
      else console.log(effect.text);
      return;
    case "remember":
      return remember(task.head.authorization, effect.number, effect.slot);
    case "forget":
      return forget(effect.slot);
    case "look":
      return look(effect.code, task.request);
    case "share":
      return task.ctx.waitUntil(share(effect));
    case "background":
      return task.ctx.waitUntil(background(task, effect));
  }
}

/** Reads for the memory, not for a request. Where the machine is gone meanwhile, so is that memory. */
async function background({ request, env, ctx, machine }, first) {
  try {
    const task = { request, env, ctx, machine, reads: undefined };
    let next = first;
    do {
      next = await goOn(task, next);
      for (const effect of next?.effects ?? []) carryOut(task, effect);
    } while (next?.step === "needs");
  } catch (error) {
    unavailable(error);
  }
}

/** Forwards a request, and has its answer counted. A failure is the machine's to answer. */
function send(request, env, head, outcome, body) {
  const answerFailure = (error) => {
    try {
      prepare(env);
      countAnswer(outcome, FAILED);
      const { what, reason } =
        error instanceof NoAnswer ? error : new NoAnswer(UNREACHABLE, reasonOf(error, outcome.plan));
      const next = failed(head, what, reason);
      for (const effect of next.effects ?? []) carryOut({ head }, effect);
      return answer(next);
    } catch (thrown) {
      return unavailable(thrown);
    }
  };
  const answered = (status) => countAnswer(outcome, Math.floor(status / 100));
  return forward(env.ORIGIN, request, body, head, outcome.plan, { setsCookieOfOurs, answered, answerFailure });
}

/** An answer of our own. */
const answer = ({ body, init }) => new Response(body, init);

/** The names of errors that may be logged for a bound service. Anything else that it throws is the service's own. */
const ERRORS = ["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError"];

/** What the log tells of an origin that gave no answer: the platform's words, or what kind of error a bound service threw. */
function reasonOf(error, { address }) {
  if (!(error instanceof Error)) return "unknown error";
  if (address !== null) return error.message;
  return `the bound service threw ${ERRORS.find((name) => name === error.name) ?? "something else"}`;
}

/**
 * The answer to a request in whose call the instance was aborted, or something was thrown that nobody expected: as src/reply.rs
 * answers where the gate cannot judge, but a request may have been forwarded already.
 */
function unavailable(error) {
  noteFailure(error);
  if (isAbort(error)) reportError(error); // ends the guarded calls too
  const reason = isAbort(error) || error instanceof Aborted ? new Aborted().message : `unexpected ${error?.name}`;
  console.error(JSON.stringify({ event: "aborted", reason, status: 503 }));
  const problem = {
    type: "urn:tidegate:problem:unavailable",
    title: "The gate cannot judge this request now",
    status: 503,
    detail: "The gate failed while it handled this request; whether it took effect is not known.",
  };
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "retry-after": "5",
  };
  return answer({ body: JSON.stringify(problem), init: { status: 503, headers } });
}
