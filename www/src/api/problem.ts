import { t } from "../strings";

/** What came back instead of an answer: an RFC 9457 problem, or nothing at all (status 0). */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly field: string | undefined;
  readonly current: unknown;
  readonly report: unknown;

  constructor(status: number, body: Record<string, unknown>) {
    const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
    super(text("title") ?? t.problem.unknown(status));
    this.status = status;
    this.type = (text("type") ?? "").split(":").at(-1) ?? "";
    this.title = this.message;
    this.detail = status === 412 ? t.problem.stale : (text("detail") ?? "");
    this.field = text("field");
    this.current = body.current;
    this.report = body.report;
  }

  /** Whether an earlier try may have done it: its answer, with the token in it, was lost. */
  get isRepetition(): boolean {
    return this.type === "already-done" || this.field === "Idempotency-Key";
  }

  static async of(response: Response): Promise<Problem> {
    const body: unknown = await response.json().catch(() => null);
    return new Problem(response.status, body !== null && typeof body === "object" ? (body as Record<string, unknown>) : {});
  }

  /** The gate did not answer: whether the request was carried out is not known. */
  static unreachable(): Problem {
    return new Problem(0, { title: t.problem.unreachable, detail: t.problem.unreachableDetail });
  }

  /** Anything that was thrown, as a problem. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem(-1, { title: t.problem.unexpected, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
