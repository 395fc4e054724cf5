// What the gate logged in this test; setup.ts collects it.

export const logLines: string[] = [];

type Line = Record<string, unknown>;

/** The lines that are JSON objects, which all lines of the gate are. */
export function logged(): Line[] {
  return logLines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
}

/** The one line of an event. */
export function onlyLine(event: string): Line {
  const lines = logged().filter((line) => line.event === event);
  if (lines.length !== 1) throw new Error(`${lines.length} lines of ${event}: ${JSON.stringify(logLines)}`);
  return lines[0]!;
}
