// What the formatters say.

export const words = {
  operation: { one: "operation", other: "operations" },
  readBy: (of: string, methods: string) => `${of} of them read by ${methods}`,
  otherGroups: (of: string) => `${of} other groups`,
  justNow: "just now",
  inAMoment: "in a moment",
  token: (n: number) => `Token ${n}`,
  units: { day: "d", hour: "h", minute: "m", second: "s" },
  by: {
    ownerKey: "with the owner key",
    administrator: "by an administrator",
    gone: "by someone who is no longer a member",
    person: (name: string) => `by ${name}`,
    key: (name: string) => `with the key ${name}`,
    session: (name: string) => `in session ${name}`,
  },
};
export type Words = typeof words;
