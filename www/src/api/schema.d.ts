// Made of src/admin/openapi.json by `cargo xtask vectors`; tests/page/schema.test.mjs compares the two.

export interface components {
  schemas: {
    /** @description 80 random bits in lower-case Crockford base32 */
    IntegrationId: string;
    /** @enum {string} */
    Level: "agency" | "sub_account";
    /** @description The id in the origin's own terms; not only dots */
    OwnerId: string;
    Owner: {
      level: components["schemas"]["Level"];
      id: components["schemas"]["OwnerId"];
    };
    /** @description The id in the origin's own terms. A whole number stands for its digits */
    GivenOwnerId: components["schemas"]["OwnerId"] | number;
    GivenOwner: {
      level: components["schemas"]["Level"];
      id: components["schemas"]["GivenOwnerId"];
    };
    /** @description No control and no invisible characters, no white space at its ends. Kept in Unicode's normalization form C. Of the invisible characters, zero-width joiner and non-joiner may stand behind another one, and variation selectors behind an emoji; the pattern is stricter. */
    Name: string;
    /** @description No control and no invisible characters but line ends and tabs. Kept in Unicode's normalization form C. Of the invisible characters, zero-width joiner and non-joiner may stand behind another one, and variation selectors behind an emoji; the pattern is stricter. */
    Description: string;
    /** @description A scope-token of RFC 6749 section 3.3 */
    Scope: string;
    /** @description A set: order and repetition mean nothing */
    Scopes: components["schemas"]["Scope"][];
    /** @description What an integration may do: a set, each of them in the catalogue when it is given */
    OwnScopes: components["schemas"]["Scope"][];
    SignIn: {
      /** @description The owner key */
      key: string;
    };
    Session: {
      /** @description As events name it: `owner-key`, `person:{id}` or `key:{id}` */
      actor: string;
      /** @description When the session ends; null for the owner key */
      expires_at: string | null;
      /** @description The variable `API_URL`: where the API is that integrations call, without a slash at its end; null where it is not set */
      api_url: string | null;
      /** @description The variable `DOCS_URL`: where the API is documented; null where it is not set */
      docs_url: string | null;
      /** @description The variable `PRESETS`: scopes that go together, to begin with */
      presets: {
        name: string;
        scopes: components["schemas"]["Scopes"];
      }[];
      /** @description Who it is, if it is a person */
      person: components["schemas"]["PersonSummary"] | null;
      permissions: components["schemas"]["Permissions"];
      grantable: components["schemas"]["Grantable"];
      features: components["schemas"]["Features"];
    };
    /** @enum {unknown} */
    Verb:
      | "integrations.view"
      | "integrations.manage"
      | "policy.view"
      | "policy.publish"
      | "people.view"
      | "people.manage"
      | "keys.manage"
      | "sessions.launch"
      | "events.publish"
      | "webhooks.manage"
      | "usage.view"
      | "audit.view"
      | "settings.manage";
    /** @description `agency`, `sub_accounts` (all of them, those to come too) or `sub_account:{id}` */
    WherePermitted: string;
    Permission: {
      verb: components["schemas"]["Verb"];
      place: components["schemas"]["WherePermitted"];
    };
    /** @description A set. `integrations.manage`, `policy.publish` and `people.manage` imply the view of the same; `sub_accounts` implies each one */
    Permissions: components["schemas"]["Permission"][];
    /** @description Scopes, and beginnings of scopes with a `*`, that can be added to an integration; null: all. To remove a scope never needs it */
    Grantable: string[] | null;
    /** @enum {unknown} */
    Role: "owner" | "agency_admin" | "developer" | "auditor" | "account_admin" | "account_viewer";
    /** @description Addresses are compared without their case */
    Email: string;
    PersonSummary: {
      id: string;
      email: components["schemas"]["Email"];
      name: components["schemas"]["Name"] | null;
      role: components["schemas"]["Role"];
      /** @description The sub-accounts that an account role is for */
      accounts: components["schemas"]["OwnerId"][];
    };
    Person: {
      id: string;
      email: components["schemas"]["Email"];
      name: components["schemas"]["Name"] | null;
      role: components["schemas"]["Role"];
      /** @description The sub-accounts that an account role is for */
      accounts: components["schemas"]["OwnerId"][];
      rev: number;
      permissions: components["schemas"]["Permissions"];
      grantable: components["schemas"]["Grantable"];
      /** @description Whether the person has signed in, and so is bound to one account of the identity provider */
      bound: boolean;
      /** Format: date-time */
      created_at: string;
      /** @description As events name an actor: `administrator` stands for somebody whom you may not know */
      created_by: string;
      /** Format: date-time */
      updated_at: string;
      last_sign_in_at: string | null;
    };
    NewPerson: {
      email: components["schemas"]["Email"];
      name?: components["schemas"]["Name"];
      role: components["schemas"]["Role"];
      accounts?: components["schemas"]["GivenOwnerId"][];
      permissions?: components["schemas"]["Permissions"];
      grantable?: components["schemas"]["Grantable"];
    };
    EditPerson: {
      name?: components["schemas"]["Name"];
      role?: components["schemas"]["Role"];
      accounts?: components["schemas"]["GivenOwnerId"][];
      permissions?: components["schemas"]["Permissions"];
      grantable?: components["schemas"]["Grantable"];
    };
    PeoplePage: {
      people: components["schemas"]["Person"][];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many there are, on all pages */
      total: number;
    };
    Key: {
      id: string;
      rev: number;
      name: components["schemas"]["Name"];
      permissions: components["schemas"]["Permissions"];
      grantable: components["schemas"]["Grantable"];
      /**
       * Format: date-time
       * @description The first second in which it is dead, at most 366 days from when it is set
       */
      expires_at: string;
      /** @enum {unknown} */
      state: "steady" | "rotating" | "expired";
      tokens: components["schemas"]["Token"][];
      /** Format: date-time */
      created_at: string;
      /** @description As events name an actor: `administrator` stands for somebody whom you may not know */
      created_by: string;
      /** Format: date-time */
      updated_at: string;
      /** @description To ten minutes */
      last_used_at: string | null;
    };
    NewKey: {
      name: components["schemas"]["Name"];
      permissions: components["schemas"]["Permissions"];
      grantable?: components["schemas"]["Grantable"];
      /** Format: date-time */
      expires_at: string;
    };
    EditKey: {
      name?: components["schemas"]["Name"];
      permissions?: components["schemas"]["Permissions"];
      grantable?: components["schemas"]["Grantable"];
      /** Format: date-time */
      expires_at?: string;
    };
    MintedKey: {
      key: components["schemas"]["Key"];
      /** @description The key's text, this once */
      token: string;
    };
    KeyPage: {
      keys: components["schemas"]["Key"][];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many there are, on all pages */
      total: number;
    };
    Switch: {
      agency: boolean;
      sub_accounts: boolean;
    };
    SwitchEdit: {
      agency?: boolean;
      sub_accounts?: boolean;
    };
    Features: {
      private_integrations: components["schemas"]["Switch"];
    };
    TestToken: {
      /** @description A token of this integration. One of another is refused, and nobody is told whose it is */
      token: string;
      /** @description `whoami`, or an operation as `GET /template` */
      operation: string;
    };
    Tested: {
      /** @description Whether the gate granted it */
      allowed: boolean;
      /** @description What a client would be answered with */
      status: number;
      /** @description Where the gate answers: why; else null */
      problem: components["schemas"]["Problem"] | null;
      /** @description How long it took, from the first look of the gate on */
      milliseconds: number;
    };
    Ways: {
      /** @description Whether the request carries the cookie of a session, with a genuine tag. It may be over */
      has_session: boolean;
      /** @description Whose page it is: what the variables `BRAND_NAME`, `BRAND_LOGO` and `BRAND_COLOR` say, null where they are not set */
      brand: {
        name: string | null;
        logo: string | null;
        color: string | null;
      };
      /** @description With the owner key */
      owner_key: boolean;
      /** @description With an identity provider: a browser goes to `href`; null where none is configured */
      oidc: {
        issuer: string;
        href: string;
      } | null;
    };
    Sessions: {
      sessions: {
        id: string;
        /** @description null: signed in with the owner key */
        person: string | null;
        email: components["schemas"]["Email"] | null;
        /** Format: date-time */
        created_at: string;
        /** Format: date-time */
        ends_at: string;
        /** @description Whether it is the one that asks */
        current: boolean;
      }[];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many there are, on all pages */
      total: number;
    };
    AuditEvents: {
      events: {
        seq: number;
        /** Format: date-time */
        at: string;
        /** @description As in the events of an integration */
        actor: string;
        /** @description The person's address or the key's name; null for the owner key, and for a person who is no longer a member */
        actor_name: string | null;
        kind: components["schemas"]["EventKind"];
        place: components["schemas"]["EventPlace"];
        integration?: components["schemas"]["IntegrationId"];
        request?: components["schemas"]["EventRequest"];
        /** @description The address of the person whom it is about, while they are a member */
        subject_name?: string;
        /** @description What else there is to say, by the kind's own names; before and after as `from` and `to` */
        detail: {
          [key: string]: unknown;
        };
        chain?: components["schemas"]["EventChain"];
      }[];
      cursor: components["schemas"]["NextCursor"];
    };
    /**
     * @description What happened: docs/events.md has the table
     * @enum {string}
     */
    EventKind:
      | "integration.created"
      | "integration.edited"
      | "integration.paused"
      | "integration.resumed"
      | "integration.expiring"
      | "integration.expired"
      | "integration.idle"
      | "integration.deleted"
      | "integration.restored"
      | "rotation.started"
      | "rotation.first_use"
      | "rotation.old_still_used"
      | "rotation.extended"
      | "rotation.cancelled"
      | "rotation.finished"
      | "rotation.lapsed"
      | "rotation.due"
      | "token.exposed"
      | "policy.published"
      | "policy.rolled_back"
      | "person.added"
      | "person.changed"
      | "person.removed"
      | "person.unbound"
      | "person.signed_in"
      | "owner_key.used"
      | "session.ended"
      | "key.created"
      | "key.changed"
      | "key.deleted"
      | "key.rotation.started"
      | "key.rotation.cancelled"
      | "key.rotation.finished"
      | "settings.changed"
      | "feature.changed"
      | "agency.set"
      | "agency.changed"
      | "sub_account.added"
      | "sub_account.renamed"
      | "endpoint.created"
      | "endpoint.changed"
      | "endpoint.secret_rotated"
      | "endpoint.deleted"
      | "endpoint.failing"
      | "endpoint.disabled"
      | "registry.resynced"
      | "chain.started"
      | "integration.tested"
      | "usage.deleted";
    /** @description Where it happened: `agency`, `sub_accounts` or `sub_account:{id}` */
    EventPlace: string;
    /** @description The chain's value: SHA-256 over the one before and the event. Only callers who may view the events of every place get it */
    EventChain: string;
    /** @description The request that brought it about; left out where a time came */
    EventRequest: {
      /** @description `CF-Ray`, else a random one */
      id: string;
      /** @description A MAC over the client's address: the `client` of log lines */
      address?: string;
      user_agent?: string;
    };
    CompiledPolicy: {
      /** @enum {unknown} */
      v: 1 | 2 | 3;
      rev: number;
      operations: Record<string, never>[];
    };
    NewSubAccount: {
      id: components["schemas"]["GivenOwnerId"];
      name: components["schemas"]["Name"];
    };
    SubAccount: {
      id: components["schemas"]["OwnerId"];
      /** @description Grows with every change */
      rev: number;
      /** @description As it was stored, maybe by the rules of an older release */
      name: string;
      /** @description How many it has; left out if the caller may not see them */
      integrations?: number;
    };
    RenameSubAccount: {
      name: components["schemas"]["Name"];
    };
    Owners: {
      agency: components["schemas"]["Agency"] | null;
      sub_accounts: components["schemas"]["SubAccount"][];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many sub-accounts there are, on all pages */
      total: number;
    };
    NewIntegration: {
      name: components["schemas"]["Name"];
      description?: components["schemas"]["Description"];
      owner: components["schemas"]["GivenOwner"];
      scopes: components["schemas"]["OwnScopes"];
      /**
       * Format: date-time
       * @description The first second in which all its tokens are dead; null for none
       */
      expires_at?: string | null;
    };
    Edit: {
      name?: components["schemas"]["Name"];
      description?: components["schemas"]["Description"];
      scopes?: components["schemas"]["OwnScopes"];
      /**
       * Format: date-time
       * @description The first second in which all its tokens are dead; null for none
       */
      expires_at?: string | null;
    };
    Rotate:
      | {
          /** @constant */
          expire: "now";
          /**
           * @description Whether a present token has leaked; the event says so
           * @default false
           */
          leaked?: boolean;
          /**
           * Format: date-time
           * @description Another end for the integration; null for none. Needed where it has ended
           */
          expires_at?: string | null;
          /**
           * @description There is no window
           * @constant
           */
          when_quiet?: false;
        }
      | {
          /** @constant */
          expire: "later";
          /**
           * @description How long the present token lives on: 60 seconds to 30 days
           * @default 604800
           */
          window_seconds?: number;
          /**
           * Format: date-time
           * @description Another end for the integration; null for none. Needed where it has ended
           */
          expires_at?: string | null;
          /**
           * @description A token that leaked must expire now
           * @constant
           */
          leaked?: false;
          /**
           * @description Whether the window ends as soon as the present token is quiet by what is known of its use, and at its deadline at the latest
           * @default false
           */
          when_quiet?: boolean;
        };
    Token: {
      /** @description Counted from 1, never used again */
      n: number;
      /** @enum {unknown} */
      use: "current" | "outgoing";
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description The first second in which it is dead; of the outgoing one only
       */
      expires_at?: string;
      /** @description The last four characters of its text; left out for one of before they were kept */
      last_four?: string;
      /**
       * Format: date-time
       * @description When it was first used; left out if no use of it is known
       */
      first_used_at?: string;
      /**
       * @description Whether it ends as soon as it is quiet; of the outgoing one only, and left out if it does not
       * @constant
       */
      when_quiet?: true;
    };
    Integration: {
      id: components["schemas"]["IntegrationId"];
      /** @description Grows with every change; the ETag */
      rev: number;
      owner: components["schemas"]["Owner"];
      /** @description As it was stored, maybe by the rules of an older release */
      name: string;
      /** @description As it was stored, maybe by the rules of an older release */
      description: string;
      scopes: components["schemas"]["OwnScopes"];
      /** @enum {unknown} */
      state: "steady" | "rotating";
      /**
       * @description Whether its tokens work
       * @enum {unknown}
       */
      status: "active" | "paused" | "ended";
      /** @description Whether its tokens are refused until somebody resumes it */
      paused: boolean;
      /**
       * Format: date-time
       * @description The first second in which all its tokens are dead; left out if it has no end
       */
      expires_at?: string;
      /**
       * Format: date-time
       * @description When the current token has the age at which it should be rotated; left out if nobody is reminded, or it ends before
       */
      rotation_due_at?: string;
      /** @description What of its last change can be undone; left out if nothing */
      undo?: {
        /** @enum {unknown} */
        what: "finish" | "scopes";
        /**
         * Format: date-time
         * @description The first second in which it is too late
         */
        until: string;
      };
      /** @description The live ones, the current one first */
      tokens: components["schemas"]["Token"][];
      /**
       * Format: date-time
       * @description When any of its tokens was last used, to the hour; left out if no use of it is known
       */
      used_at?: string;
      /**
       * Format: date-time
       * @description Since when its use is counted; left out if that is from its beginning
       */
      use_counted_since?: string;
      /** @description Those of its scopes that it has had for less than 90 days; left out if there are none */
      new_scopes?: components["schemas"]["OwnScopes"];
      /** @description What becomes of it if nobody uses it; left out while the rule for idle integrations has announced nothing */
      idle?: {
        /**
         * Format: date-time
         * @description Since when nothing has happened
         */
        since: string;
        /**
         * Format: date-time
         * @description When the rule acts
         */
        acts_at: string;
        /** @enum {unknown} */
        action: "pause" | "delete";
      };
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** @description Whether KV has taken the last change */
      published: boolean;
      created_by?: components["schemas"]["Maker"];
      changed_by?: components["schemas"]["Maker"];
    };
    /** @description Who created it, or who changed it last; left out where the audit trail does not go back so far */
    Maker: {
      /** @description owner-key, person:ID, key:ID, or administrator for somebody out of your sight */
      actor: string;
      /** @description A person's address, a key's name; null for whoever is no longer there */
      name: string | null;
    };
    Extend: {
      /**
       * Format: date-time
       * @description The first second in which the outgoing token is dead
       */
      expires_at: string;
    };
    Finish: {
      /**
       * @description Whether the token has leaked: then the event says so, and it cannot be undone
       * @default false
       */
      leaked?: boolean;
    };
    ChangeTokenRules: {
      /** @description null lifts the limit */
      max_lifetime_days?: number | null;
      /** @description null turns the reminder off */
      rotate_every_days?: number | null;
      undo?: {
        /** @description The early end of a rotation */
        finish?: boolean;
        /** @description A deletion */
        delete?: boolean;
        /** @description The removal of scopes */
        scopes?: boolean;
      };
      /** @description null turns the rule off */
      idle_days?: number | null;
      /** @enum {unknown} */
      idle_action?: "pause" | "delete";
    };
    TokenRules: {
      /** @description An integration's end is at most so many days after the change that gives it; null where it needs no end */
      max_lifetime_days: number | null;
      /** @description After how many days a token's rotation is due; null where nobody is reminded */
      rotate_every_days: number | null;
      /** @description What can be undone for 30 minutes */
      undo: {
        /** @description The early end of a rotation */
        finish: boolean;
        /** @description A deletion */
        delete: boolean;
        /** @description The removal of scopes */
        scopes: boolean;
      };
      /** @description After how many days without use an integration is idle, by complete knowledge of its use; null where none is. It is announced 15, 7 and 1 days before */
      idle_days: number | null;
      /**
       * @description What becomes of an idle integration
       * @enum {unknown}
       */
      idle_action: "pause" | "delete";
      /** @description Grows with every change; 0 before the first */
      rev: number;
    };
    Count: {
      count: number;
      /** @description Unix seconds, for the filter of the list */
      before: number;
    };
    Deleted: {
      id: components["schemas"]["IntegrationId"];
      /** @description For the `If-Match` of its undo */
      rev: number;
      name: string;
      owner: components["schemas"]["Owner"];
      /** Format: date-time */
      deleted_at: string;
      /** Format: date-time */
      undo_until: string;
    };
    Lifecycle: {
      /** @description Tokens older than the rules' `rotate_every_days`, or 90 days; the filter `token_created_before` */
      old_tokens: components["schemas"]["Count"];
      /** @description Windows that end within 7 days; the filter `rotation_ends_before` */
      rotations_ending: components["schemas"]["Count"];
      /** @description Integrations that end within 30 days; the filter `ends_before` */
      ending: components["schemas"]["Count"];
      /** @description Those whose use is counted from their beginning, and of which there was none; the state `never_used` */
      never_used: number;
      /** @description Those that the rule for idle integrations has announced; the state `idle` */
      idle: number;
      /** @description Deletions that can be undone, the newest first; at most 50 */
      deleted: components["schemas"]["Deleted"][];
    };
    Minted: {
      integration: components["schemas"]["Integration"];
      /** @description The new token's text */
      token: string;
    };
    /** @description Where the next page begins; null on the last one */
    NextCursor: string | null;
    IntegrationPage: {
      integrations: components["schemas"]["Integration"][];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many match the filters, on all pages */
      total: number;
    };
    Events: {
      cursor: components["schemas"]["NextCursor"];
      /** @description How many there are, on all pages */
      total: number;
      events: {
        seq: number;
        /** Format: date-time */
        at: string;
        /** @description `owner-key`, `person:{id}`, `key:{id}` or `registry`; of earlier releases `owner key`, or `session` and the start of its digest. To people of sub-accounts, `administrator` stands for whoever is not one of them */
        actor: string;
        /** @description The person's address or the key's name; null for the owner key, and for a person who is no longer a member */
        actor_name: string | null;
        kind: components["schemas"]["EventKind"];
        place: components["schemas"]["EventPlace"];
        integration?: components["schemas"]["IntegrationId"];
        request?: components["schemas"]["EventRequest"];
        /** @description The address of the person whom it is about, while they are a member */
        subject_name?: string;
        chain?: components["schemas"]["EventChain"];
        detail: components["schemas"]["EventDetail"];
      }[];
      /** @description The last four characters of the tokens' texts, by their numbers, as far as they were kept */
      last_fours: {
        [key: string]: string;
      };
    };
    /** @description What `GET /scopes` answers. */
    Catalogue: {
      /** @description All of them. */
      scopes: components["schemas"]["CatalogueEntry"][];
    };
    /** @description What changed; never a token or a hash. `integration.created`: `name`, `description`, `owner`, `scopes`, `n`, `expires_at`. `.edited`: `name`, `description`, `scopes`, `expires_at`. `.paused`, `.resumed`: `paused`. `.expiring`: `expires_at`. `.expired`: `expires_at`, `ended`. `.deleted`: `name`, `owner`, `ended`. `.restored`: `undone`, and after a deletion `name`, `owner`, `tokens`, `paused`, `expires_at`, after removed scopes `scopes`, after a rotation's early end `n`, `outgoing`, `expires_at`. `rotation.started`: `expire`, `n`, `ended`, with a window `outgoing`, `window_seconds`, `expires_at`, and with another end `integration_expires_at`. `.extended`: `n`, `outgoing`, `expires_at`. `.cancelled`, `.finished`, `.lapsed`: `n`, `ended`. `.due`: `n`, `created_at`. `.first_use`: `n`, `used_at`. `.old_still_used`: `outgoing`, `used_at`, `expires_at`. `integration.idle`: `since`, `used_at`, `days_left`, `acts_at`, `action`; where its rule acted, `.paused` and `.deleted` have `idle_since`. `when_quiet` is true with `.started`, and with `.finished` says what it rests on. `leaked` is there, and true, where a token was reported as leaked. */
    EventDetail: {
      /** @description The number of the token that is current after the change */
      n?: number;
      /** @description The numbers of the tokens that the change ended */
      ended?: number[];
      /** @description The number of the token that lives on until `expires_at` */
      outgoing?: number;
      /** @enum {string} */
      expire?: "now" | "later";
      /** @description What a token was tested with */
      operation?: string;
      window_seconds?: number;
      /** @description When the token or the integration ends; with `.edited` and `.extended`, `from` and `to`; null for no end */
      expires_at?: unknown;
      /** @description The integration's end, `from` and `to` */
      integration_expires_at?: unknown;
      /** @description Whether it is paused; with `.paused` and `.resumed`, `from` and `to` */
      paused?: unknown;
      /** @constant */
      leaked?: true;
      /** @enum {unknown} */
      undone?: "finish" | "delete" | "scopes";
      /** @description The numbers of the tokens that were given back */
      tokens?: number[];
      /**
       * Format: date-time
       * @description When the token was made
       */
      created_at?: string;
      /**
       * Format: date-time
       * @description When it was used; null where no use is known
       */
      used_at?: string | null;
      /**
       * Format: date-time
       * @description Since when nothing has happened to the integration
       */
      since?: string;
      /**
       * @description In how many days the rule acts
       * @enum {unknown}
       */
      days_left?: 15 | 7 | 1;
      /**
       * Format: date-time
       * @description When it does
       */
      acts_at?: string;
      /** @enum {unknown} */
      action?: "pause" | "delete";
      /**
       * Format: date-time
       * @description Since when it was idle
       */
      idle_since?: string;
      /** @description true, or why the old token was quiet */
      when_quiet?: unknown;
      /** @description The name; with `.edited`, `from` and `to` */
      name?: unknown;
      /** @description Likewise */
      description?: unknown;
      /** @description The scopes; with `.edited`, `added` and `removed` */
      scopes?: unknown;
      owner?: components["schemas"]["Owner"];
    };
    Document:
      | {
          openapi: string;
        }
      | string;
    /**
     * @description A document's name within the policy: no control characters, no white space at its ends
     * @example Contacts API
     */
    DocumentName: string;
    /** @description Up to 1,000 documents. In a list each is called by its title, and no two may have the same; as an object, by the member's name. */
    Documents:
      | components["schemas"]["Document"][]
      | {
          [key: string]: components["schemas"]["Document"];
        };
    /** @description What a document is read as, before settings: what the command and the page send in its place, as it is much shorter. docs/policy.md has its fields. */
    SourceOperations: {
      /** @constant */
      v: 1;
    };
    /** @description Documents, or what they are read as */
    PublishPolicy:
      | {
          documents: components["schemas"]["Documents"];
          settings?: components["schemas"]["Settings"];
        }
      | {
          sources: {
            name: components["schemas"]["DocumentName"];
            operations: components["schemas"]["SourceOperations"];
          }[];
          settings?: components["schemas"]["Settings"];
        };
    /**
     * @description At least one document, or settings
     * @example {
     *       "settings": {
     *         "without_security": "deny"
     *       }
     *     }
     */
    PolicyDraftChange: {
      /** @description By name; null removes one */
      documents?: {
        [key: string]: components["schemas"]["Document"] | null;
      };
      /** @description In the place of `documents`: what they are read as; null removes one */
      sources?: {
        name: components["schemas"]["DocumentName"];
        operations: components["schemas"]["SourceOperations"] | null;
      }[];
      settings?: components["schemas"]["Settings"];
    };
    /** @description The body of `PUT /policy`; that of `PATCH /policy` as `change`; or that of a roll back */
    PreviewPolicy:
      | components["schemas"]["PublishPolicy"]
      | {
          change: components["schemas"]["PolicyDraftChange"];
        }
      | components["schemas"]["RollBack"];
    /** @description What becomes of each document, by name; null for a version whose documents were not kept */
    DocumentChanges:
      | {
          name: components["schemas"]["DocumentName"];
          /** @enum {string} */
          change: "added" | "replaced" | "removed" | "unchanged";
          /** @description How many it describes, or described */
          operations: number;
        }[]
      | null;
    Agency: {
      /** @description Null until it is set */
      id: components["schemas"]["OwnerId"] | null;
      name: components["schemas"]["Name"] | null;
      /** @description Grows with every change; 0 until it is set */
      rev: number;
      /** @description How many it has; left out if the caller may not see them */
      integrations?: number;
    };
    NewAgency: {
      id: components["schemas"]["GivenOwnerId"];
      name?: components["schemas"]["Name"];
    };
    /** @description How documents are read. */
    Settings: {
      /** @description What stands before the paths of a document, by its name; by `*` for all that are not named. */
      base_path?: {
        [key: string]: components["schemas"]["BasePath"];
      };
      /** @description Which other origins' scripts may call the API from a browser; none where this is left out. */
      cors?: components["schemas"]["Cors"] | null;
      /** @description What an operation with an empty `security` (`[]`) is; where this is left out, it is public, as OpenAPI has it. */
      empty_security?: components["schemas"]["WithoutSecurity"] | null;
      /** @description The operations whose parameters may have percent-encoded delimiters (`%2F`), as `router_exact` names them. */
      encoded?: string[];
      /** @description The types of the API's own events, and what an integration must be allowed to hear of each. */
      event_types?: components["schemas"]["EventType"][];
      /** @description The operations that nobody may use, whatever their documents say. */
      exclude?: components["schemas"]["Exclusion"][];
      /** @description How `HEAD` finds its operation. */
      head?: components["schemas"]["HeadRequests"];
      /** @description The operations whose last parameter stands for several segments, as `router_exact` names them. */
      multi_segment?: string[];
      /** @description Who compares the owner in bodies that the gate does not read. */
      owner_in_body?: components["schemas"]["OwnerInBody"];
      /** @description The parameters that name an owner. */
      owner_parameters?: components["schemas"]["OwnerNames"];
      /** @description How the origin's router reads paths. */
      router?: components["schemas"]["Router"];
      /** @description The operations whose paths it reads exactly, whatever `router` says: `GET /users/{userId}`, or an operationId. */
      router_exact?: string[];
      /**
       * @description Rules, in order: an operation written by hand takes the place of the one with its method and path; a change sets
       *     something at all that it matches. A later rule sees what the earlier ones made.
       */
      rules?: components["schemas"]["Rule"][];
      /** @description What each security scheme means, by its name. */
      schemes?: {
        [key: string]: components["schemas"]["Scheme"];
      };
      /** @description The extension (`x-…`) of an operation that lists the scopes it needs, beside those in its `security`. */
      scope_extension?: string | null;
      /** @description Whether an operation needs all scopes that `scope_extension` lists, or one of them. */
      scope_extension_means?: components["schemas"]["ScopesMean"];
      /** @description How operations without scopes get some. */
      scopes?: components["schemas"]["ScopeSettings"];
      /** @description What an operation is that some private integration could use without any scope. */
      without_scopes?: components["schemas"]["WithoutScopes"];
      /** @description What an operation without any `security` is. */
      without_security?: components["schemas"]["WithoutSecurity"];
    };
    /** @description A parameter that names an owner. */
    OwnerName: {
      /** @description Whether a property of a body (JSON or a form) with this name names an owner as well, if an operation declares one. */
      body?: boolean;
      /** @description The parameter's name, e.g. `locationId`. */
      name: string;
      /** @description The condition under which it names an owner of this level, if there is one. */
      when?: components["schemas"]["Condition"] | null;
    };
    /** @description Something found, and where. */
    Finding: {
      /**
       * @description The document's title.
       * @default
       */
      document: string;
      /**
       * @description What was found.
       * @default
       */
      message: string;
      /**
       * @description The method, in lower case as documents have it.
       * @default
       */
      method: string;
      /**
       * @description The path template.
       * @default
       */
      path: string;
    };
    /** @description How many operations read, change and delete, by their methods. */
    Kinds: {
      /**
       * @description All other methods but `DELETE`.
       * @default 0
       */
      changes: number;
      /**
       * @description `DELETE`.
       * @default 0
       */
      deletes: number;
      /**
       * @description `GET` and the other safe methods (RFC 9110 section 9.2.1).
       * @default 0
       */
      reads: number;
    };
    /** @description What compiling found. */
    Report: {
      /**
       * @description Those that an agency's integration can reach.
       * @default 0
       */
      agency: number;
      /**
       * @description Those that no private integration can reach.
       * @default 0
       */
      closed?: number;
      /**
       * @description Pairs of templates that both match some path. Each stands at the one that wins: with the leftmost literal.
       * @default []
       */
      crossing: components["schemas"]["Finding"][];
      /**
       * @description How many documents were read.
       * @default 0
       */
      documents?: number;
      /**
       * @description What stops the documents from being published.
       * @default []
       */
      errors: components["schemas"]["Finding"][];
      /**
       * @description How many types of events of the API's own there are.
       * @default 0
       */
      event_types?: number;
      /**
       * @description Types of the API's own events that nobody hears of, or of which documents and settings say different things.
       * @default []
       */
      events?: components["schemas"]["Finding"][];
      /**
       * @description Operations that the settings deny to everyone, and why; and those that requests for one of them are judged as.
       * @default []
       */
      excluded?: components["schemas"]["Finding"][];
      /**
       * @description Operations that are described more than once, in the same way.
       * @default []
       */
      joined?: components["schemas"]["Finding"][];
      /** @description How many findings more there are than the lists above hold, by the list's name. */
      left_out?: {
        [key: string]: number;
      };
      /**
       * @description What is read otherwise than it may be meant.
       * @default []
       */
      limits?: components["schemas"]["Finding"][];
      /**
       * @description Parameters that look as if they named an owner, and are not declared to.
       * @default []
       */
      looks_like_owner?: components["schemas"]["Finding"][];
      /**
       * @description The operations of sub-accounts at which no owner is compared.
       * @default []
       */
      names_no_owner?: components["schemas"]["Finding"][];
      /**
       * @description The operations that any token of some level opens, whatever its scopes.
       * @default []
       */
      needs_no_scope?: components["schemas"]["Finding"][];
      /**
       * @description All operations.
       * @default 0
       */
      operations: number;
      /**
       * @description Operations that a document opens to anyone beside others (`{}`), which the gate does not.
       * @default []
       */
      optional_security?: components["schemas"]["Finding"][];
      /**
       * @description Pairs of templates of which one has a literal where the other has a parameter: the router tolerance judges a
       *     request as both where the parameter's value resembles the literal. Each stands at the one with the parameter.
       * @default []
       */
      overlapping?: components["schemas"]["Finding"][];
      /**
       * @description Those open to anyone.
       * @default 0
       */
      public: number;
      /**
       * @description Operations of other than safe methods that count as reading, where scopes are derived.
       * @default []
       */
      reading_by_name?: components["schemas"]["Finding"][];
      /**
       * @description Operations whose place a rule takes.
       * @default []
       */
      replaced?: components["schemas"]["Finding"][];
      /**
       * @description How many scopes operations need.
       * @default 0
       */
      scopes: number;
      /**
       * @description Derived scopes that stand for areas with different names.
       * @default []
       */
      shared_areas?: components["schemas"]["Finding"][];
      /**
       * @description Those that a sub-account's integration can reach.
       * @default 0
       */
      sub_account: number;
      /**
       * @description Security schemes that a document uses and does not declare.
       * @default []
       */
      undeclared_schemes?: components["schemas"]["Finding"][];
      /**
       * @description Security schemes that the settings do not map.
       * @default []
       */
      unmapped_schemes: string[];
      /**
       * @description Owners that an operation declares in a body that the gate cannot read.
       * @default []
       */
      unread_bodies?: components["schemas"]["Finding"][];
      /**
       * @description Operations that no private integration can reach.
       * @default []
       */
      unsatisfiable: components["schemas"]["Finding"][];
      /**
       * @description How many operations any token of a level opens, whatever its scopes.
       * @default {
       *       "agency": {
       *         "changes": 0,
       *         "deletes": 0,
       *         "reads": 0
       *       },
       *       "sub_account": {
       *         "changes": 0,
       *         "deletes": 0,
       *         "reads": 0
       *       }
       *     }
       */
      unscoped?: components["schemas"]["Unscoped"];
      /**
       * @description Scopes that documents name, and that open nothing to a private integration.
       * @default []
       */
      unused_scopes?: string[];
      /**
       * @description Operations that say nothing of security.
       * @default []
       */
      without_security: components["schemas"]["Finding"][];
      /**
       * @description The operations that are open to anyone, without a token.
       * @default []
       */
      without_token?: components["schemas"]["Finding"][];
    };
    Policy: {
      /** @description Its documents; null where they were not kept: it was published by a release that kept none */
      documents:
        | {
            name: components["schemas"]["DocumentName"];
            /** @description How many it describes */
            operations: number;
          }[]
        | null;
      rev: number;
      /** Format: date-time */
      published_at: string;
      actor: string;
      /** @description As in events */
      actor_name: string | null;
      settings: components["schemas"]["Settings"];
      report: components["schemas"]["Report"];
    };
    Published: {
      rev: number;
      changed: boolean;
      report: components["schemas"]["Report"];
      diff: components["schemas"]["PolicyDiff"];
      impact: components["schemas"]["Impact"];
      documents: components["schemas"]["DocumentChanges"];
      event_types: components["schemas"]["EventTypeChanges"];
    };
    Preview: {
      /** @description The revision in force, which it is compared with; 0 where there is none */
      rev: number;
      report: components["schemas"]["Report"];
      diff: components["schemas"]["PolicyDiff"] | null;
      impact: components["schemas"]["Impact"] | null;
      documents: components["schemas"]["DocumentChanges"];
      event_types: components["schemas"]["EventTypeChanges"];
    };
    /** @description What becomes of the types of the API's own events, by their names */
    EventTypeChanges: {
      added: string[];
      removed: string[];
      /** @description Types that other integrations than before may receive */
      changed: string[];
    };
    /** @description The changed operations, as `METHOD /template` and by who can reach them. */
    PolicyDiff: {
      /** @description In the new policy only. */
      added: string[];
      /** @description What changes for the agency's integrations. */
      agency: components["schemas"]["PolicyReach"];
      /** @description In both, with other requirements. */
      changed: string[];
      /** @description The web origins whose scripts may call the API from a browser, if they change. */
      cors?: components["schemas"]["CorsChange"];
      /** @description The changed operations of which requests are judged otherwise, whoever asks. */
      handling?: components["schemas"]["PolicyHandling"][];
      /** @description How `HEAD` finds its operation, if that changes: this affects every operation of `GET`. */
      head?: components["schemas"]["HeadChange"];
      /** @description The parameters that name an owner, if they change: this affects every operation. */
      owner_parameters?: components["schemas"]["OwnerNamesChange"];
      /** @description In the old policy only. */
      removed: string[];
      /** @description What changes for a sub-account's integrations. */
      sub_account: components["schemas"]["PolicyReach"];
      /** @description What changes for requests without a token. */
      without_token: components["schemas"]["PolicyReach"];
    };
    Explain: {
      /** @description As on the wire: upper case */
      method: string;
      /** @description Path and query */
      path: string;
      integration?: components["schemas"]["IntegrationId"];
      scopes?: components["schemas"]["Scopes"];
      owner?: components["schemas"]["GivenOwner"];
    };
    /** @description A verdict with the steps that led to it. */
    Explanation: {
      /** @description Whether the request would be forwarded. */
      allowed: boolean;
      /**
       * @description The reason in one word: `allowed`, or the denial's code.
       * @enum {string}
       */
      code:
        | "allowed"
        | "ambiguous_request"
        | "no_credential"
        | "malformed_token"
        | "forged_token"
        | "admin_credential"
        | "unknown_token"
        | "deleted_integration"
        | "dead_token"
        | "paused_integration"
        | "expired_integration"
        | "unknown_operation"
        | "method_not_allowed"
        | "ambiguous_operation"
        | "not_for_integrations"
        | "wrong_level"
        | "wrong_owner"
        | "ambiguous_owner"
        | "owner_not_checked"
        | "missing_owner"
        | "missing_scopes"
        | "client_gone"
        | "store_unavailable"
        | "too_busy"
        | "misconfigured"
        | "origin_unreachable"
        | "origin_status"
        | "origin_too_slow";
      /** @description The operation, where the request names one. */
      operation?: components["schemas"]["Operation"];
      /** @description The steps taken, in order; only the last can have failed. */
      steps: components["schemas"]["Step"][];
    };
    /** @description A method and a path template of the origin, with what they require. */
    Operation: {
      /** @description Who may use it. */
      access: components["schemas"]["Access"];
      /** @description The title of the document that describes it. */
      document?: string;
      /**
       * @description Whether its parameters may have percent-encoded delimiters (`%2F`), which the origin keeps apart from those that stand as
       *     they are.
       */
      encoded?: boolean;
      /** @description OpenAPI's `operationId`, where there is one. */
      id?: string;
      /** @description The method. */
      method: string;
      /** @description Where the request names the owner, of either level, where there are no alternatives that say so. */
      owner?: components["schemas"]["OwnerParameter"][] | "none";
      /**
       * @description Whether it takes `multipart/form-data` in which the origin, not the gate, compares the owner.
       * @constant
       */
      owner_in_body?: "origin";
      /** @description The path template. */
      path: string;
      /**
       * @description Whether the origin's router reads a path exactly as the policy does: then no value of a parameter is judged as a
       *     literal that it only resembles.
       */
      router_exact?: boolean;
      /** @description OpenAPI's `summary`, where there is one. */
      summary?: string;
    };
    Waiting: {
      waiting: number;
      /** @description Whether all of KV is in this release's format and signed with the first token key, and that key seals the secrets of webhook endpoints, so that neither needs another key */
      complete: boolean;
    };
    /** @description An RFC 9457 problem */
    Problem: {
      /** Format: uri */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @description The field of the body, the query parameter or the header field that is wrong */
      field?: string;
      /** @description With 412: the present state */
      current?: unknown;
      report?: components["schemas"]["Report"];
      /**
       * Format: date-time
       * @description With `usage-unavailable`: when the store last answered, where that is known
       */
      since?: string;
    };
    /** @description What one operation needs of one kind of caller, before and after. */
    PolicyChange: {
      /** @description What it needs; null if it is no longer in the policy. */
      after: components["schemas"]["Access"] | null;
      /** @description What it needed; null if it was not in the policy. */
      before: components["schemas"]["Access"] | null;
      /** @description The method. */
      method: string;
      /** @description Where a request with a token names its owner, where no alternative says so, if that changes. */
      owner?: components["schemas"]["OwnerPlacesChange"];
      /** @description The path template: the new one, if there is one. */
      path: string;
    };
    /** @description What changes for one kind of caller. */
    PolicyReach: {
      /** @description Within reach before and after, with other requirements. */
      changed: components["schemas"]["PolicyChange"][];
      /** @description Out of reach before. */
      reachable: components["schemas"]["PolicyChange"][];
      /** @description Within reach before. */
      unreachable: components["schemas"]["PolicyChange"][];
    };
    Impact: {
      /** @description How many of them lose an operation or a type of events */
      losing: number;
      /** @description For how many integrations something changes */
      affected: number;
      /** @description The first 200 of them, those that lose something before the others */
      integrations: {
        owner: components["schemas"]["Owner"];
        integration: components["schemas"]["IntegrationId"];
        name: components["schemas"]["Name"];
        lost: string[];
        gained: string[];
        /** @description The types of the API's own events that it hears of now, and would not any more */
        lost_events: string[];
        gained_events: string[];
      }[];
    };
    RollBack: {
      /** @description The rev whose policy is to be in force again */
      to: number;
    };
    PolicyVersions: {
      versions: {
        /** @description How many; null where they were not kept */
        documents: number | null;
        rev: number;
        /** Format: date-time */
        published_at: string;
        actor: string;
        /** @description As in events */
        actor_name: string | null;
        /** @description As in its report */
        counts: {
          operations: number;
          agency: number;
          sub_account: number;
          public: number;
          scopes: number;
        };
      }[];
      cursor: components["schemas"]["NextCursor"];
      /** @description How many there are, on all pages */
      total: number;
    };
    /** @description Who may use an operation. */
    Access:
      | "public"
      | "authenticated"
      | {
          any_of: components["schemas"]["Alternative"][];
        };
    /** @description One way to be allowed. */
    Alternative: {
      /** @description The level that the integration must belong to. */
      level: components["schemas"]["Level"];
      /** @description Where the request names the owner. Where there is any, the request must name the integration's own. */
      owner?: components["schemas"]["OwnerParameter"][] | "none";
      /** @description The scopes that it must have, all of them. */
      scopes: components["schemas"]["Scopes"];
    };
    /** @description One scope and what it is for. */
    CatalogueEntry: {
      /** @description Whether it allows changes. */
      access: components["schemas"]["ScopeAccess"];
      /** @description The description of a document, if there is one. */
      description?: string;
      /** @description The group of scopes for one subject: the part before the first `.` or `/`. */
      group: string;
      /** @description The operations that need it. */
      operations: components["schemas"]["CatalogueOperation"][];
      /** @description The scope. */
      scope: components["schemas"]["Scope"];
      /** @description The name that documents give the group, if it is another one. */
      title?: string;
    };
    /** @description An operation as the catalogue names it. */
    CatalogueOperation: {
      /** @description The levels for which the scope opens it. */
      levels: components["schemas"]["Level"][];
      /** @description The method. */
      method: string;
      /** @description The path template. */
      path: string;
      /** @description OpenAPI's `summary`. */
      summary?: string;
    };
    /** @description A condition on the query, as in `altType=location`. A request without the parameter is taken to satisfy it. */
    Condition: {
      /** @description The value that satisfies the condition, in any case. */
      is: string;
      /** @description The query parameter's name. */
      name: string;
    };
    /** @description How `HEAD` finds its operation, before and after. */
    HeadChange: {
      /** @description In the new policy. */
      after: components["schemas"]["HeadRequests"];
      /** @description In the old policy. */
      before: components["schemas"]["HeadRequests"];
    };
    /** @description How `HEAD` finds its operation. */
    HeadRequests: "as_described" | "as_get";
    /** @description Who compares the owner in `multipart/form-data`, which the gate does not read. */
    OwnerInBody: "gate" | "origin" | string[];
    /** @description The parameters that name an owner, by level. */
    OwnerNames: {
      /** @description Those that name the agency. */
      agency?: components["schemas"]["OwnerName"][];
      /** @description Those that name a sub-account. */
      sub_account?: components["schemas"]["OwnerName"][];
    };
    /** @description The parameters that name an owner, before and after. */
    OwnerNamesChange: {
      /** @description In the new policy. */
      after: components["schemas"]["OwnerNames"];
      /** @description In the old policy. */
      before: components["schemas"]["OwnerNames"];
    };
    /** @description Where one operation names the owner. */
    OwnerParameter: {
      /** @description Where it stands. */
      in: components["schemas"]["Place"];
      /** @description The parameter's name. */
      name: string;
    };
    /** @description Where a parameter stands. */
    Place: "path" | "query" | "header" | "body";
    /** @description How the origin's router reads paths. */
    Router: "tolerant" | "exact";
    /** @description What a security scheme means. */
    Scheme: {
      /** @description The level that it is for. */
      level: components["schemas"]["Level"];
      /** @description Whether private integrations' tokens may use it at all. */
      private_integrations: boolean;
      /** @description Whether an operation needs all scopes that a requirement lists for it, as OpenAPI says, or one of them. */
      scopes_mean?: components["schemas"]["ScopesMean"];
    };
    /** @description Whether a scope allows changes. */
    ScopeAccess: "read" | "write";
    /** @description One step of a decision. */
    Step: {
      /** @description What was found, in a sentence. */
      detail: string;
      /** @description Whether it went on from here. */
      passed: boolean;
      /** @description Which one. */
      step: components["schemas"]["StepName"];
    };
    /** @description How many operations of each kind need no scope, by the level whose integrations they are open to. */
    Unscoped: {
      /**
       * @description Open to every integration of the agency.
       * @default {
       *       "changes": 0,
       *       "deletes": 0,
       *       "reads": 0
       *     }
       */
      agency: components["schemas"]["Kinds"];
      /**
       * @description Open to every integration of a sub-account.
       * @default {
       *       "changes": 0,
       *       "deletes": 0,
       *       "reads": 0
       *     }
       */
      sub_account: components["schemas"]["Kinds"];
    };
    /**
     * @description What an alternative is that has a level and no scope, and an operation that is open to every valid token. What is public
     *     stays so, and what a rule names stays as the rule says.
     */
    WithoutScopes: "allow" | "deny";
    /** @description What an operation without any `security` is. */
    WithoutSecurity: "deny" | "authenticated" | "public";
    /** @description The steps, in order. */
    StepName: "request" | "token" | "operation" | "access";
    /** @description What an area is. */
    By: "tag" | "path";
    /** @description What is set at the operations that a rule matches. */
    Change: {
      /** @description Which operations. */
      match: components["schemas"]["Selection"];
      /** @description What is set. */
      set: components["schemas"]["Set"];
    };
    /** @description How scopes are derived. */
    Derive: {
      /** @description What an area is. */
      by: components["schemas"]["By"];
      /** @description The scope of the operations that read. */
      read?: string;
      /** @description Operations that read, whatever their methods. */
      reads?: components["schemas"]["Selection"][];
      /** @description Which operations get one. */
      when?: components["schemas"]["When"];
      /** @description The scope of all other operations. */
      write?: string;
      /** @description Operations that write, whatever their methods and names. */
      writes?: components["schemas"]["Selection"][];
    };
    /** @description Operations to deny, and why. */
    Exclusion: {
      /** @description Which operations. */
      match: components["schemas"]["Selection"];
      /** @description Why, for the report. */
      reason?: string | null;
    };
    /** @description A rule. */
    Rule: components["schemas"]["Operation"] | components["schemas"]["Change"];
    /** @description The settings about scopes. */
    ScopeSettings: {
      /** @description How scopes are derived, where they are. */
      derive?: components["schemas"]["Derive"] | null;
    };
    /**
     * @description Operations, by what they have in common: all that is given must hold. As a string, `METHOD /glob`, `/glob` or an
     *     `operationId`.
     */
    Selection:
      | string
      | {
          /** @description One of these methods. */
          method?: string[];
          /** @description OpenAPI's `operationId`. */
          operationId?: string | null;
          /** @description A glob of path templates. */
          path?: string | null;
          /** @description A tag. */
          tag?: string | null;
        };
    /** @description What is set; what is not given stays. */
    Set: {
      /** @description Who may use it. */
      access?: components["schemas"]["Access"] | null;
      /** @description The level that every alternative is for. What is closed gets an alternative for it. */
      level?: components["schemas"]["Level"] | null;
      /** @description Where the request names its owner; `none` where it does not. */
      owner?: (components["schemas"]["OwnerParameter"][] | "none") | null;
      /**
       * @description The scopes that every alternative needs, in the place of its own. What is open without an alternative gets one for
       *     each level; what is closed stays closed unless `level` opens it.
       */
      scopes?: components["schemas"]["Scopes"] | null;
    };
    /** @description Which operations get a derived scope. */
    When: "none" | "always";
    /** @description What stands before every path of a document. */
    BasePath: string | number;
    /** @description How scopes that stand in a list are needed. */
    ScopesMean: "all" | "any";
    /** @description The origins whose scripts may call the API, and what they may send and read. */
    Cors: {
      /** @description Header fields that scripts may send, in addition to `Authorization`, `Content-Type`, `If-Match` and `Idempotency-Key`. */
      allow_headers?: components["schemas"]["FieldName"][];
      /** @description Header fields of answers that scripts may read, in addition to those that the gate sets. */
      expose_headers?: components["schemas"]["FieldName"][];
      /** @description How long a browser may remember the answer to a preflight, in seconds; 7,200 at most. */
      max_age_seconds?: number;
      /** @description These origins. */
      origins: components["schemas"]["WebOrigin"][];
    };
    /** @description The web origins whose scripts may call the API, before and after; null if there are none. */
    CorsChange: {
      /** @description In the new policy. */
      after: components["schemas"]["Cors"] | null;
      /** @description In the old policy. */
      before: components["schemas"]["Cors"] | null;
    };
    /** @description The name of a header field (RFC 9110 section 5.1), in lower case. */
    FieldName: string;
    /** @description An origin as browsers write it: `https://app.example`, `http://localhost:5173`. */
    WebOrigin: string;
    /** @description A moment in RFC 3339, as in `2026-11-29T12:00:00Z`. */
    Moment: string;
    /** @description Why a rotation's old token can or cannot be ended. */
    QuietReason: "quiet" | "never-used" | "too-new" | "still-used" | "too-little-known" | "incomplete" | "no-answer";
    /** @description `GET /integrations/{id}/rotation`: the three steps of a rotation, and whether it can be finished. */
    RotationProgress: {
      /** @description The number of the new token. */
      incoming: number;
      /** @description The first step: when the new token was made. */
      new_made_at: components["schemas"]["Moment"];
      /** @description The second step: when the new token was first used. */
      new_used_at?: components["schemas"]["Moment"];
      /** @description The third step: since when the old token is quiet, so that it can be ended. */
      old_quiet_since?: components["schemas"]["Moment"];
      /** @description When the old token was last used. */
      old_used_at?: components["schemas"]["Moment"];
      /** @description The number of the old token. */
      outgoing: number;
      /** @description Whether the old token can be ended, and why. */
      safe_to_expire: components["schemas"]["SafeToExpire"];
    };
    /** @description Whether the old token can be ended, and why. */
    SafeToExpire: {
      /**
       * Format: uint64
       * @description The longest time between two requests in the observed period, of all tokens, in seconds, where it counted.
       */
      gap_seconds?: number;
      /** @description For how long the old token must be quiet, in seconds. */
      quiet_seconds: number;
      /** @description Why, or why not. */
      reason: components["schemas"]["QuietReason"];
      /** @description Whether it can. */
      safe: boolean;
      /**
       * Format: uint64
       * @description When it can be ended if it is not used any more, in Unix seconds; `None` where that cannot be said.
       */
      safe_at?: number;
    };
    /** @enum {unknown} */
    AnswerClass: "1xx" | "2xx" | "3xx" | "4xx" | "5xx" | "failed";
    /** @description How many requests the origin answered in one way. */
    AnswerCount: {
      /** @description The class. */
      class: components["schemas"]["AnswerClass"];
      /** @description How many. */
      requests: number;
    };
    /**
     * @description How complete a store's counts are. They are never too high; in a period that is not complete they may be too low.
     *
     *     One loss is not in `gaps`: the counts that an isolate has not yet sent when it ends, of 25 seconds at most. Rules that need complete
     *     periods therefore also wait for a margin.
     */
    Completeness: {
      /**
       * @description The periods in which requests are missing, or may be: in order, and apart from each other. One can begin before `since`, where an
       *     isolate lost requests before the store was made.
       */
      gaps: components["schemas"]["Gap"][];
      /** @description Since when the store has counted. */
      since: components["schemas"]["Moment"];
      /** @description When the store reported this. */
      until: components["schemas"]["Moment"];
    };
    /** @description A period in which something is missing, or may be. */
    Gap: {
      /** @description Its first second. */
      from: components["schemas"]["Moment"];
      /** @description How many requests are known to be missing; 0 if that is not known. */
      lost: number;
      /** @description The first second after it. */
      to: components["schemas"]["Moment"];
    };
    /** @description How counts are grouped. */
    Grouping: "operation" | "outcome" | "token" | "hour" | "integration";
    /** @description `GET /integrations/{id}/usage`. */
    IntegrationUsage: {
      /** @description How complete these counts are. */
      completeness: components["schemas"]["Completeness"];
      /** @description The counts. */
      groups: components["schemas"]["UsageGroup"][];
      /** @description The integration. */
      integration: components["schemas"]["IntegrationId"];
      /** @description What was asked for. */
      range: components["schemas"]["UsageRange"];
      /** @description Its tokens that were ever used, by number. */
      tokens: components["schemas"]["TokenFacts"][];
    };
    /** @description How often a token was used for an operation. */
    OperationUse: {
      /** @description The operation, as in `GET /contacts/`; `other` for all that are not kept apart; empty where the policy has none. */
      operation: string;
      /** @description How many requests. */
      requests: number;
    };
    /** @enum {unknown} */
    Outcome:
      | "granted"
      | "ambiguous_request"
      | "no_credential"
      | "malformed_token"
      | "forged_token"
      | "admin_credential"
      | "unknown_token"
      | "deleted_integration"
      | "dead_token"
      | "paused_integration"
      | "expired_integration"
      | "unknown_operation"
      | "method_not_allowed"
      | "ambiguous_operation"
      | "not_for_integrations"
      | "wrong_level"
      | "wrong_owner"
      | "ambiguous_owner"
      | "owner_not_checked"
      | "missing_owner"
      | "missing_scopes"
      | "client_gone"
      | "store_unavailable"
      | "too_busy"
      | "misconfigured"
      | "origin_unreachable"
      | "origin_status"
      | "origin_too_slow";
    /** @description How many requests had an outcome. */
    OutcomeCount: {
      /** @description The outcome. */
      outcome: components["schemas"]["Outcome"];
      /** @description How many. */
      requests: number;
    };
    /** @description `GET /usage`: of all integrations that one may see. */
    OverallUsage: {
      /** @description How complete these counts are, for all stores that answered. */
      completeness: components["schemas"]["Completeness"] | null;
      /** @description The counts, the largest first: at most 1,000 groups. */
      groups: components["schemas"]["UsageGroup"][];
      /** @description What was asked for. */
      range: components["schemas"]["UsageRange"];
      /** @description How many of the 64 stores did not answer. Their counts are in no group. */
      silent: number;
      /** @description How many groups there are. */
      total: number;
    };
    /** @description A use of a token. */
    Seen: {
      /** @description The client's address: a pseudonym, which another month changes, unless `USAGE_ADDRESSES` is `clear`. */
      address?: string;
      /**
       * Format: uint32
       * @description The number of the autonomous system that it came from.
       */
      asn?: number;
      /** @description When. */
      at: components["schemas"]["Moment"];
      /** @description The country that the request came from, as ISO 3166-1 alpha-2; `T1` for Tor. As of at most one minute before. */
      country?: string;
      /** @description Its `User-Agent`, at most 200 characters. */
      user_agent?: string;
    };
    /** @description A network that a token was used from. */
    Source: {
      /**
       * Format: uint32
       * @description The autonomous system, as in [`Seen`].
       */
      asn?: number;
      /** @description The country, as in [`Seen`]. */
      country?: string;
      /** @description When it was last seen. */
      last_at: components["schemas"]["Moment"];
    };
    /** @description The recorded use of one token. Refused requests count too: somebody still has the token. */
    TokenFacts: {
      /** @description Its first use. */
      first_use: components["schemas"]["Seen"];
      /** @description Its requests in the last 24 hours. */
      last_day: number;
      /** @description Its requests in the last 60 minutes. */
      last_hour: number;
      /** @description Its last use. */
      last_use: components["schemas"]["Seen"];
      /** @description Its number. 0 stands for all genuine tokens that were none of the integration's live ones when they were sent. */
      n: number;
      /** @description What it was used for in the last 24 hours, the most frequent first: at most 20. */
      operations: components["schemas"]["OperationUse"][];
      /** @description Where it was used from, the latest first: at most 8. Looked at once a minute and isolate, so one may be missing. */
      sources: components["schemas"]["Source"][];
    };
    /** @description The counts of a group. One of the first five fields says which: that of the range's grouping. */
    UsageGroup: {
      /** @description How the origin answered the granted requests. Some have no answer yet, or the client disconnected first. */
      answers: components["schemas"]["AnswerCount"][];
      /** @description The beginning of the period. */
      at?: components["schemas"]["Moment"];
      /** @description Requests of each of the range's days, from the first on, of an integration. */
      days?: number[];
      /** @description The integration. */
      integration?: components["schemas"]["IntegrationId"];
      /** @description The operation, as in `GET /contacts/`; `other` for all that are not kept apart; empty where the policy has none. */
      operation?: string;
      /** @description The outcome. */
      outcome?: components["schemas"]["Outcome"];
      /** @description How many of them had each outcome. */
      outcomes: components["schemas"]["OutcomeCount"][];
      /** @description How many requests. */
      requests: number;
      /**
       * Format: uint32
       * @description The number of the token; 0 for all genuine tokens that were none of the integration's live ones.
       */
      token?: number;
    };
    /** @description A range of time, and how its counts are grouped. */
    UsageRange: {
      /** @description How the counts are grouped. */
      by: components["schemas"]["Grouping"];
      /** @description Its first moment: the beginning of the minute, hour or day that was asked for. */
      from: components["schemas"]["Moment"];
      /**
       * @description The length of the periods that the counts were kept by, in seconds: a minute, an hour or a day. `from` is the beginning of
       *     one.
       */
      period_seconds: number;
      /** @description The first moment after it. */
      to: components["schemas"]["Moment"];
    };
    Endpoint: {
      id: string;
      rev: number;
      /**
       * @description `agency`, `sub_accounts` (every one), or `sub_account:{id}`
       * @example agency
       * @example sub_account:acme
       */
      place: string;
      /** @description The integration that it belongs to; null where it belongs to the place */
      integration: string | null;
      url: string;
      description: string;
      kinds: string[];
      /** @enum {unknown} */
      state: "new" | "healthy" | "failing" | "disabled";
      /** Format: date-time */
      disabled_at: string | null;
      /**
       * @description `failing`: five days of failures; `gone`: it answered 410
       * @enum {unknown}
       */
      disabled_because: "by_hand" | "failing" | "gone" | null;
      /** Format: date-time */
      failing_since: string | null;
      /** Format: date-time */
      succeeded_at: string | null;
      /** Format: date-time */
      failed_at: string | null;
      /** @description Messages that were given up because more than 10,000 waited, or for more than 30 days */
      dropped: number;
      /** Format: date-time */
      outgoing_secret_until: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description As in the events of an integration: `administrator` stands for whom you may not know */
      created_by: string;
      /** @description The person's address or the key's name; null for the owner key, and for a person who is no longer a member */
      created_by_name: string | null;
      /** Format: date-time */
      updated_at: string;
    };
    NewEndpoint: {
      /**
       * @description `agency`, `sub_accounts` (every one), or `sub_account:{id}`
       * @example agency
       * @example sub_account:acme
       */
      place?: string;
      integration?: components["schemas"]["IntegrationId"];
      /** @description `https`, a public host name, port 443, no user: docs/webhooks.md */
      url: string;
      description?: components["schemas"]["Description"];
      /** @description Names of `GET /event-types`. Types that the API publishes are for endpoints of integrations alone. */
      kinds: string[];
    };
    EditEndpoint: {
      /** @description `https`, a public host name, port 443, no user: docs/webhooks.md */
      url?: string;
      description?: components["schemas"]["Description"];
      /** @description Names of `GET /event-types`. Types that the API publishes are for endpoints of integrations alone. */
      kinds?: string[];
      enabled?: boolean;
    };
    EndpointWithSecret: {
      endpoint: components["schemas"]["Endpoint"];
      /** @description `whsec_` and base64 */
      secret: string;
    };
    EndpointPage: {
      endpoints: components["schemas"]["Endpoint"][];
      cursor: components["schemas"]["NextCursor"];
      total: number;
    };
    RotateSecret: {
      /** @enum {unknown} */
      expire: "now" | "later";
    };
    Resend: {
      message?: string;
      /**
       * Format: date-time
       * @description At most the first 1,000 events since then that the endpoint wants
       */
      since?: string;
    };
    Delivery: {
      message: string;
      type: string;
      /** Format: date-time */
      at: string;
      bytes: number;
      /** @enum {unknown} */
      state: "waiting" | "delivered" | "failed" | "not_permitted" | "dropped";
      /** Format: date-time */
      next_at: string | null;
      attempts: {
        /** Format: date-time */
        at: string;
        /** @enum {unknown} */
        outcome: "answered" | "timed_out" | "failed" | "address_refused" | "not_permitted";
        status: number | null;
        duration_ms: number;
        /** @description At most 1 KB */
        answer: string | null;
      }[];
    };
    DeliveryPage: {
      deliveries: components["schemas"]["Delivery"][];
      cursor: components["schemas"]["NextCursor"];
      total: number;
    };
    EventTypeEntry: {
      type: string;
      group: string;
      /** @enum {unknown} */
      source: "gate" | "api";
      description: string;
      /** @description What an integration must be allowed to hear of it; null for the gate's own kinds */
      any_of:
        | {
            level: components["schemas"]["Level"];
            scopes: string[];
          }[]
        | null;
      example: {
        type: string;
        /** Format: date-time */
        timestamp: string;
        data: unknown;
      };
    };
    Publication: {
      type: string;
      owner: components["schemas"]["GivenOwner"];
      /** @description At most 64 KiB as JSON */
      data: unknown;
      id: string;
    };
    PublishedEvent: {
      /** @description The `webhook-id` of the message */
      message: string;
      endpoints: number;
    };
    /** @description One way to be allowed to receive a type of event. */
    EventAccess: {
      /** @description The level of the integration. */
      level: components["schemas"]["Level"];
      /** @description All of these scopes. */
      scopes: components["schemas"]["Scopes"];
    };
    /** @description A type of event that the API publishes. */
    EventType: {
      /** @description Any one of these is enough. If the list is empty, no integration receives it. */
      any_of: components["schemas"]["EventAccess"][];
      /** @description What has happened when it is sent. */
      description?: string;
      /** @description What `data` may look like. */
      example?: unknown;
      /** @description Its name, as in `contact.created`. */
      type: string;
    };
    /** @description Where a request names its owner, before and after. */
    OwnerPlacesChange: {
      /** @description In the new policy. */
      after: components["schemas"]["OwnerParameter"][] | "none";
      /** @description In the old policy. */
      before: components["schemas"]["OwnerParameter"][] | "none";
    };
    /** @description An operation of which requests are judged otherwise, whoever asks: what of it changes, as it is in the new policy. */
    PolicyHandling: {
      /** @description Whether its parameters may have percent-encoded delimiters. */
      encoded?: boolean;
      /** @description The method. */
      method: string;
      /** @description Whether the origin, not the gate, compares an owner in `multipart/form-data`. */
      owner_in_multipart?: boolean;
      /** @description The path template. */
      path: string;
      /** @description Whether the origin's router reads paths byte for byte. */
      router_exact?: boolean;
    };
  };
}
