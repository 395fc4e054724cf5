import type { Words } from "./words";

export const words: Words = {
  operation: { one: "bewerking", other: "bewerkingen" },
  readBy: (of, methods) => `waarvan ${of} lezen met ${methods}`,
  otherGroups: (of) => `${of} andere groepen`,
  justNow: "zojuist",
  inAMoment: "zo meteen",
  token: (n) => `Token ${n}`,
  units: { day: "d", hour: "u", minute: "m", second: "s" },
  by: {
    ownerKey: "met de eigenaarssleutel",
    administrator: "door een beheerder",
    gone: "door iemand die geen lid meer is",
    person: (name) => `door ${name}`,
    key: (name) => `met de sleutel ${name}`,
    session: (name) => `in sessie ${name}`,
  },
};
