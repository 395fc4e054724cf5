// What came of it, in numbers.
import { cpus } from "node:os";

const seconds = (ms) => Math.round(ms / 100) / 10;

/** The value that this part of a list does not exceed. */
function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

const spread = (values) => ({
  p50: seconds(quantile(values, 0.5)),
  p99: seconds(quantile(values, 0.99)),
  max: seconds(Math.max(0, ...values)),
});

const ofKind = (list) => ({ changes: list.length, ...spread(list.map((change) => change.lastWrong)) });

/** A change that was still wrong when its time was up. */
const isWrongToTheEnd = (run, change) => change.lastWrong > (run.window - 2) * 1000;

/** One row. */
export function row(run) {
  const { changes, scenario } = run;
  const of = (pick) => spread(changes.map(pick));
  const kinds = [...new Set(changes.map(({ kind }) => kind))].sort();
  return {
    scenario: scenario.name,
    title: scenario.title,
    seed: run.seed,
    promised: !scenario.isOff,
    control: scenario.isControl === true,
    held: run.held,
    changes: changes.length,
    // Seconds from the acknowledgement to the start of the last request that was judged wrongly, at any gate.
    last_wrong: of((change) => change.lastWrong),
    last_wrong_grant: of((change) => change.lastGrant),
    last_wrong_refusal: of((change) => change.lastRefusal),
    // The same to the end of the last wrong answer.
    last_wrong_answered: of((change) => change.lastWrongEnd),
    changes_with_wrong_grants: changes.filter((change) => change.wrongGrants > 0).length,
    changes_with_wrong_refusals: changes.filter((change) => change.wrongRefusals > 0).length,
    wrong_to_the_end: scenario.isOff ? changes.filter((change) => isWrongToTheEnd(run, change)).length : 0,
    watched_seconds: run.window,
    by_kind: Object.fromEntries(kinds.map((kind) => [kind, ofKind(changes.filter((change) => change.kind === kind))])),
    answers: run.answers,
    answers_503: changes.reduce((sum, change) => sum + change.unavailable, 0),
    admin_calls_refused: run.refused,
    stand_ins: run.counts,
    timer_lag_ms: run.lag,
    feed_reads_failed: run.feedFailures,
    took_seconds: Math.round(run.seconds),
  };
}

const HEAD = [
  "scenario",
  "changes",
  "p50",
  "p99",
  "max",
  "wrong grant: max",
  "wrong refusal: max",
  "503s",
  "answers",
  "bound",
];

/** A row as cells; where the window ended before the last wrong verdict, the maximum is no more than a lower limit. */
function cells(row) {
  const at_least = (value) =>
    row.wrong_to_the_end > 0 && value > row.watched_seconds - 3 ? `over ${Math.floor(value)}` : value.toFixed(1);
  const bound = row.control
    ? row.held
      ? "broken, as it must be"
      : "NOT NOTICED"
    : !row.promised
      ? "none"
      : row.held
        ? "held"
        : "BROKEN";
  const { last_wrong: all, last_wrong_grant: grant, last_wrong_refusal: refusal } = row;
  return [
    row.title,
    row.changes,
    at_least(all.p50),
    at_least(all.p99),
    at_least(all.max),
    at_least(grant.max),
    at_least(refusal.max),
    row.answers_503,
    row.answers,
    bound,
  ];
}

/** The table, as Markdown. */
export function table(rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(HEAD), line(HEAD.map(() => "---")), ...rows.map((row) => line(cells(row)))].join("\n");
}

/** Everything about a change that broke the bound. */
export function story(run, change) {
  const due = run.dueAt(change) - change.acknowledgedAt;
  const last = change.wrong.filter(({ after }) => after > due - 2_000).slice(-12);
  return [
    `BOUND BROKEN in ${run.scenario.name} (seed ${run.seed}): ${change.kind} of ${change.key}, rev ${change.rev}, by ${change.gate}`,
    `  sent ${new Date(change.sentAt).toISOString()}, acknowledged ${new Date(change.acknowledgedAt).toISOString()}; due after ${seconds(due)} s`,
    `  last wrong grant ${seconds(change.lastGrant)} s, last wrong refusal ${seconds(change.lastRefusal)} s after it; ${change.answers} answers, ${change.unavailable} of them 503`,
    ...(change.unseen?.length > 0 ? [`  not seen to be right at ${change.unseen.join(", ")}`] : []),
    ...last.map(
      ({ gate, what, wants, status, after, took }) =>
        `  +${(after / 1000).toFixed(3)} s ${gate}: ${what}: ${status} instead of ${wants}, ${took} ms`,
    ),
    ...(change.kv ?? []).map(({ rev, put, arrives }) => `  KV: rev ${rev} put ${put}, arrives ${arrives.join(", ")}`),
    `  the gates' log: ${run.world.log}`,
  ].join("\n");
}

export const machine = () => `${cpus().length} cores`;
