export const words = {
  title: "Token rules",
  intro:
    "What the agency sets for the life of all integrations. Tokens that work go on working, whatever changes here.",
  max: "Maximum lifetime",
  maxOff: "Integrations need no end",
  maxOn: "Every integration needs an end",
  maxDays: "At most so many days ahead",
  maxHint:
    "Without such an end no integration is created, and none gets another end, other scopes or another token. Existing ones keep working. 1 to 3,650 days.",
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
  daysWrong: "A whole number from 1 to 3,650.",
  save: "Save",
  saved: "The token rules are saved.",
  unchanged: "Nothing is changed yet.",
  stale: "Somebody else has changed the rules. They are shown now; change them again if need be.",
};
