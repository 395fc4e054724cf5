/** The status of a problem that no answer of the gate's told: it did not answer at all, or the page itself failed. */
export const UNREACHABLE = 0;
export const UNEXPECTED = -1;

/** What came back instead of an answer: an RFC 9457 problem, or nothing at all. `told` of ui/problem.ts words it. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  /** As the answer has it; empty where it has none. */
  readonly title: string;
  readonly detail: string;
  readonly field: string | undefined;
  readonly current: unknown;
  readonly report: unknown;

  constructor(status: number, body: Record<string, unknown>) {
    const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
    super(text("title") ?? "");
    this.status = status;
    this.type = (text("type") ?? "").split(":").at(-1) ?? "";
    this.title = this.message;
    this.detail = text("detail") ?? "";
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
    return new Problem(
      response.status,
      body !== null && typeof body === "object" ? (body as Record<string, unknown>) : {},
    );
  }

  /** The gate did not answer: whether the request was carried out is not known. */
  static unreachable(): Problem {
    return new Problem(UNREACHABLE, {});
  }

  /** Anything that was thrown, as a problem. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem(UNEXPECTED, { detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
