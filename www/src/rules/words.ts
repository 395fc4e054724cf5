import { count } from "../lib/text";

export const words = {
  title: "Token rules",
  intro:
    "What the agency sets for the life of all integrations. Tokens that work go on working, whatever changes here, except those of integrations that nobody uses, if you choose so below.",
  max: "Maximum lifetime",
  maxOff: "Integrations need no end",
  maxOn: "Every integration needs an end",
  maxDays: "At most so many days ahead",
  maxHint:
    "An integration without such an end cannot be created or rotated, or be given another end or other scopes. Existing ones keep working. 1 to 3,650 days.",
  remind: "Reminder to rotate",
  remindOff: "Nobody is reminded",
  remindOn: "A token should be rotated",
  remindDays: "After so many days",
  remindHint: "A banner, a filter and an event; nothing enforces it. 1 to 3,650 days.",
  undo: "Undo, for 30 minutes",
  undoHint:
    "Who may make the change may undo it, if nothing else has changed since. A token that was marked as leaked is never given back.",
  finish: "“Expire now” of a rotation",
  delete: "Deletion of an integration",
  scopes: "Removal of scopes",
  daysWrong: (least: number, most: number) => `A whole number from ${count(least)} to ${count(most)}.`,
  idle: "Integrations that nobody uses",
  idleOff: "They stay as they are",
  idleOn: "They are paused or deleted",
  idleDays: "After so many days without use",
  idleAction: "What becomes of them",
  idlePause: "They are paused",
  idleDelete: "They are deleted",
  idleHint:
    "Announced 15, 7 and 1 days before, by events and in the list. Any use, rotation or resume restarts the count. Where use is not fully known, nothing is done. 30 to 365 days.",
  save: "Save",
  saved: "The token rules are saved.",
  unchanged: "Nothing is changed yet.",
  stale: "Somebody else has changed the rules. They are shown now; change them again if need be.",
};
export type Words = typeof words;
