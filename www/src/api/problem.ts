/** The status of a problem without an answer: the gate did not answer, or the page itself failed. */
export const UNREACHABLE = 0;
export const UNEXPECTED = -1;

/** A problem: one of RFC 9457 from the gate, or no answer at all. `told` of ui/problem.ts has the texts. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  /** From the answer; empty if it has none. */
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

  /** Whether an earlier attempt may have succeeded: its answer, with the token, was lost. */
  get isRepetition(): boolean {
    return this.type === "already-done" || this.field === "Idempotency-Key";
  }

  /** Whether the gate judged the request and refused it. After any other failure it may have been carried out. */
  get isRefusal(): boolean {
    return this.status >= 400 && this.status < 500;
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
