import { either } from "../lib/text";

export const words = {
  titles: {
    token: "This is a token",
    automation_key: "This is an automation key",
    owner_key: "This is an owner key",
    unknown: "This looks like a token",
  },
  removed: "It was taken out of the field, and nothing of it was sent.",
  fromAddress:
    "It was taken out of the address, and nothing of it was sent from here. The browser may still keep the old address in its history: clear it there.",
  incomplete: "A part of it is missing or mistyped.",
  integration: "Integration",
  which: "Which token",
  one: (token: string) => `${token}, if it still works: it is the only live one.`,
  oneOf: (tokens: string[]) => `${either(tokens)}, if it still works. Which of them cannot be told without sending it.`,
  deleted: "No integration has the id that it carries. Where one had, it is deleted, and its tokens are dead.",
  hidden:
    "You can see no integration with the id that it carries. It may be deleted, or you may not see it; then the token may still work. If others could see it, tell an owner.",
  noId: "The part of it that names its integration is missing.",
  leaked: "If others could see it, rotate it now.",
  rotate: "Rotate now",
  open: "Open",
  automation: "It belongs to a program, not into this page. If others could see it, replace it.",
  owner: "It opens everything here. If others could see it, deploy the gate with another OWNER_KEY.",
  signIn: "A token does not sign you in. Use the owner key.",
  unread: "The code that reads it could not be loaded, so it was taken out to be safe.",
};
export type Words = typeof words;
