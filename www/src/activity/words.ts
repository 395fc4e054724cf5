// The texts of Activity.

import { amount } from "../lib/text";

export const words = {
  title: "Activity",
  intro: "Everything that happened to this gate, the newest first.",
  kind: "What happened",
  anyKind: "Everything",
  place: "Where",
  anyPlace: "Everywhere",
  agency: "Agency",
  from: "From",
  to: "To",
  clear: "Show everything",
  onlyActor: (actor: string) => `Only ${actor}`,
  onlyIntegration: (id: string) => `Only integration ${id}`,
  remove: "remove",
  theirs: "only theirs",
  ofIntegration: "its history",
  more: "Show more",
  none: "No event matches the filters",
  export: "Export",
  csv: "CSV",
  jsonl: "JSON Lines",
  exporting: (events: number) => `Exporting: ${amount(events, "event")} so far`,
  exported: (events: number) => `Exported: ${amount(events, "event")}`,
  stop: "Stop",
  filtered: "A filtered export cannot be verified.",
  somePlaces: "An export of some places only cannot be verified.",
  verifiable: "The export in JSON Lines can be verified: tidegate audit verify.",
  kinds: [
    { name: "Integrations", kinds: "integration.*,rotation.*,token.*" },
    { name: "Rotations", kinds: "rotation.*" },
    { name: "Leaked tokens", kinds: "token.exposed" },
    { name: "Deletions", kinds: "integration.deleted,key.deleted,person.removed" },
    { name: "Notices", kinds: "integration.expiring,integration.idle,rotation.due,rotation.old_still_used" },
    { name: "Policy", kinds: "policy.*" },
    { name: "People and sign-ins", kinds: "person.*,owner_key.*,session.*" },
    { name: "Automation keys", kinds: "key.*" },
    { name: "Settings", kinds: "settings.*,feature.*,agency.*,sub_account.*" },
    { name: "Webhooks", kinds: "endpoint.*" },
  ],
};

export type Words = typeof words;
