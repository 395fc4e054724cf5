// Made of src/schemas.json by `cargo xtask vectors`; tests/page/schema.test.mjs compares the two.

export interface components {
  schemas: {
    /** @description What an integration can and cannot do for its own owner. */
    Abilities: {
      /** @description What every token of its level reaches, whatever its scopes. */
      any_token: components["schemas"]["AnyToken"];
      /** @description What its scopes bring, by what they are about. */
      by_scopes: components["schemas"]["AbilitiesOfScopes"][];
      /** @description What it does not reach, by what it is about. */
      not: components["schemas"]["OutOfReach"][];
      /** @description The scopes that open nothing. */
      unknown: components["schemas"]["Scopes"];
      /** @description The operations that name no owner. */
      unnamed: components["schemas"]["Unnamed"];
    };
    /** @description What scopes of one group bring. */
    AbilitiesOfScopes: {
      /** @description The scopes' group. */
      group: string;
      /** @description The operations that scopes which only read bring. */
      read: components["schemas"]["ShownOperation"][];
      /** @description The other operations. */
      write: components["schemas"]["ShownOperation"][];
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
    /** @enum {unknown} */
    AnswerClass: "1xx" | "2xx" | "3xx" | "4xx" | "5xx" | "failed";
    /** @description How many requests the origin answered in one way. */
    AnswerCount: {
      /** @description The class. */
      class: components["schemas"]["AnswerClass"];
      /** @description How many. */
      requests: number;
    };
    /** @description Operations that need no scope, and at most a token. Since no scope classifies them, their methods do. */
    AnyToken: {
      /** @description By another method, `DELETE` aside. */
      changes: components["schemas"]["ShownOperation"][];
      /** @description By `DELETE`. */
      deletes: components["schemas"]["ShownOperation"][];
      /** @description By a safe method (RFC 9110 section 9.2.1). */
      reads: components["schemas"]["ShownOperation"][];
    };
    /** @description What stands before every path of a document. */
    BasePath: string | number;
    /** @description What an area is. */
    By: "tag" | "path";
    /** @description What `GET /scopes` answers. */
    Catalogue: {
      /** @description All of them. */
      scopes: components["schemas"]["CatalogueEntry"][];
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
    /** @description What is set at the operations that a rule matches. */
    Change: {
      /** @description Which operations. */
      match: components["schemas"]["Selection"];
      /** @description What is set. */
      set: components["schemas"]["Set"];
    };
    /** @description Something that documents leave open. */
    Choice: {
      /** @description The place of what was chosen among the options. */
      chosen: number;
      /** @description The field of the settings, as in `schemes.apiKey`. */
      field: string;
      /** @description What it can be; with none, it is only told. */
      options: string[];
      /** @description What is to be decided. */
      question: string;
      /** @description What the documents say of it. */
      why: string;
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
    /** @description A condition on the query, as in `altType=location`. A request without the parameter is taken to satisfy it. */
    Condition: {
      /** @description The value that satisfies the condition, in any case. */
      is: string;
      /** @description The query parameter's name. */
      name: string;
    };
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
    /** @description Which operations an edit of an integration's scopes takes away, for the recorded requests of that integration. */
    EditReplay: {
      /** @description Its scopes then. */
      after: components["schemas"]["Scopes"];
      /** @description Its scopes now. */
      before: components["schemas"]["Scopes"];
      /** @description The level that the integration belongs to. */
      level: components["schemas"]["Level"];
      /** @description What was recorded of it. */
      recorded: components["schemas"]["OperationUse"][];
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
    /** @description Operations to deny, and why. */
    Exclusion: {
      /** @description Which operations. */
      match: components["schemas"]["Selection"];
      /** @description Why, for the report. */
      reason?: string | null;
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
    /** @description The name of a header field (RFC 9110 section 5.1), in lower case. */
    FieldName: string;
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
    /** @description A credential that was found. It holds nothing of the secret part. */
    Found:
      | {
          /** @description The integration that it names, where that can be read. */
          id?: components["schemas"]["IntegrationId"];
          /** @constant */
          kind: "token";
          /** @description Whether it is whole, with a right checksum. */
          whole: boolean;
        }
      | {
          /** @constant */
          kind: "automation_key";
        }
      | {
          /** @constant */
          kind: "owner_key";
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
    /** @description How `HEAD` finds its operation, before and after. */
    HeadChange: {
      /** @description In the new policy. */
      after: components["schemas"]["HeadRequests"];
      /** @description In the old policy. */
      before: components["schemas"]["HeadRequests"];
    };
    /** @description How `HEAD` finds its operation. */
    HeadRequests: "as_described" | "as_get";
    /** @description An integration's level and scopes. */
    Holder: {
      /** @description The level that it belongs to. */
      level: components["schemas"]["Level"];
      /** @description What it holds. */
      scopes: components["schemas"]["Scopes"];
    };
    /** @description The public id of an integration: 16 characters. It may be logged. */
    IntegrationId: string;
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
    /** @description The two levels that an integration can belong to. */
    Level: "agency" | "sub_account";
    /** @description A moment in RFC 3339, as in `2026-11-29T12:00:00Z`. */
    Moment: string;
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
    /** @description How often a token was used for an operation. */
    OperationUse: {
      /** @description The operation, as in `GET /contacts/`; `other` for all that are not kept apart; empty where the policy has none. */
      operation: string;
      /** @description How many requests. */
      requests: number;
    };
    /** @description Operations of one group that are not reached. */
    OutOfReach: {
      /** @description The scopes' group. */
      group: string;
      /** @description These. */
      operations: components["schemas"]["ShownOperation"][];
      /** @description What may be said of them together. */
      what: components["schemas"]["What"];
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
    /** @description Whom an integration belongs to. */
    Owner: {
      /** @description Which one. */
      id: components["schemas"]["OwnerId"];
      /** @description Agency or sub-account. */
      level: components["schemas"]["Level"];
    };
    /**
     * @description The id of an agency or sub-account in the origin's own terms: 1 to 64 RFC 3986 unreserved characters, `:` and `@`. Path
     *     and query may percent-encode these two; values are compared after exactly one percent-decoding.
     */
    OwnerId: string;
    /** @description Who compares the owner in `multipart/form-data`, which the gate does not read. */
    OwnerInBody: "gate" | "origin" | string[];
    /** @description A parameter that names an owner. */
    OwnerName: {
      /** @description Whether a property of a body (JSON or a form) with this name names an owner as well, if an operation declares one. */
      body?: boolean;
      /** @description The parameter's name, e.g. `locationId`. */
      name: string;
      /** @description The condition under which it names an owner of this level, if there is one. */
      when?: components["schemas"]["Condition"] | null;
    };
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
    /** @description Where a request names its owner, before and after. */
    OwnerPlacesChange: {
      /** @description In the new policy. */
      after: components["schemas"]["OwnerParameter"][] | "none";
      /** @description In the old policy. */
      before: components["schemas"]["OwnerParameter"][] | "none";
    };
    /** @description Where a parameter stands. */
    Place: "path" | "query" | "header" | "body";
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
    /** @description What changes for one kind of caller. */
    PolicyReach: {
      /** @description Within reach before and after, with other requirements. */
      changed: components["schemas"]["PolicyChange"][];
      /** @description Out of reach before. */
      reachable: components["schemas"]["PolicyChange"][];
      /** @description Within reach before. */
      unreachable: components["schemas"]["PolicyChange"][];
    };
    /** @description Which operations a policy takes away from an integration, for the recorded requests of that integration. */
    PolicyReplay: {
      /** @description Their names, `METHOD /template`. */
      lost: string[];
      /** @description What was recorded of it. */
      recorded: components["schemas"]["OperationUse"][];
    };
    /** @description An operation that comes or goes. */
    PreviewedOperation: {
      /** @description Whether it changes something, by the kind of the scopes that open it. */
      access: components["schemas"]["ScopeAccess"];
      /** @description The method. */
      method: string;
      /** @description The path template. */
      path: string;
      /** @description The scopes that bring or take it. */
      scopes: components["schemas"]["Scopes"];
      /** @description OpenAPI's `summary`. */
      summary?: string;
    };
    /** @description Why a rotation's old token can or cannot be ended. */
    QuietReason: "quiet" | "never-used" | "too-new" | "still-used" | "too-little-known" | "incomplete" | "no-answer";
    /** @description What would have been refused. */
    Replay: {
      /** @description Of which operations these were, the most used first. */
      operations: components["schemas"]["OperationUse"][];
      /** @description How many of them would have been refused. */
      refused: number;
      /** @description How many requests were recorded as granted. */
      requests: number;
      /** @description Of how many it cannot be said: their operations are not kept apart. */
      unattributed: number;
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
      closed: number;
      /**
       * @description Pairs of templates that both match some path. Each stands at the one that wins: with the leftmost literal.
       * @default []
       */
      crossing: components["schemas"]["Finding"][];
      /**
       * @description How many documents were read.
       * @default 0
       */
      documents: number;
      /**
       * @description What stops the documents from being published.
       * @default []
       */
      errors: components["schemas"]["Finding"][];
      /**
       * @description How many types of events of the API's own there are.
       * @default 0
       */
      event_types: number;
      /**
       * @description Types of the API's own events that nobody hears of, or of which documents and settings say different things.
       * @default []
       */
      events: components["schemas"]["Finding"][];
      /**
       * @description Operations that the settings deny to everyone, and why; and those that requests for one of them are judged as.
       * @default []
       */
      excluded: components["schemas"]["Finding"][];
      /**
       * @description Operations that are described more than once, in the same way.
       * @default []
       */
      joined: components["schemas"]["Finding"][];
      /** @description How many findings more there are than the lists above hold, by the list's name. */
      left_out?: {
        [key: string]: number;
      };
      /**
       * @description What is read otherwise than it may be meant.
       * @default []
       */
      limits: components["schemas"]["Finding"][];
      /**
       * @description Parameters that look as if they named an owner, and are not declared to.
       * @default []
       */
      looks_like_owner: components["schemas"]["Finding"][];
      /**
       * @description The operations of sub-accounts at which no owner is compared.
       * @default []
       */
      names_no_owner: components["schemas"]["Finding"][];
      /**
       * @description The operations that any token of some level opens, whatever its scopes.
       * @default []
       */
      needs_no_scope: components["schemas"]["Finding"][];
      /**
       * @description All operations.
       * @default 0
       */
      operations: number;
      /**
       * @description Operations that a document opens to anyone beside others (`{}`), which the gate does not.
       * @default []
       */
      optional_security: components["schemas"]["Finding"][];
      /**
       * @description Pairs of templates of which one has a literal where the other has a parameter: the router tolerance judges a
       *     request as both where the parameter's value resembles the literal. Each stands at the one with the parameter.
       * @default []
       */
      overlapping: components["schemas"]["Finding"][];
      /**
       * @description Those open to anyone.
       * @default 0
       */
      public: number;
      /**
       * @description Operations of other than safe methods that count as reading, where scopes are derived.
       * @default []
       */
      reading_by_name: components["schemas"]["Finding"][];
      /**
       * @description Operations whose place a rule takes.
       * @default []
       */
      replaced: components["schemas"]["Finding"][];
      /**
       * @description How many scopes operations need.
       * @default 0
       */
      scopes: number;
      /**
       * @description Derived scopes that stand for areas with different names.
       * @default []
       */
      shared_areas: components["schemas"]["Finding"][];
      /**
       * @description Those that a sub-account's integration can reach.
       * @default 0
       */
      sub_account: number;
      /**
       * @description Security schemes that a document uses and does not declare.
       * @default []
       */
      undeclared_schemes: components["schemas"]["Finding"][];
      /**
       * @description Security schemes that the settings do not map.
       * @default []
       */
      unmapped_schemes: string[];
      /**
       * @description Owners that an operation declares in a body that the gate cannot read.
       * @default []
       */
      unread_bodies: components["schemas"]["Finding"][];
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
      unscoped: components["schemas"]["Unscoped"];
      /**
       * @description Scopes that documents name, and that open nothing to a private integration.
       * @default []
       */
      unused_scopes: string[];
      /**
       * @description Operations that say nothing of security.
       * @default []
       */
      without_security: components["schemas"]["Finding"][];
      /**
       * @description The operations that are open to anyone, without a token.
       * @default []
       */
      without_token: components["schemas"]["Finding"][];
    };
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
    /** @description How the origin's router reads paths. */
    Router: "tolerant" | "exact";
    /** @description A rule. */
    Rule: components["schemas"]["Operation"] | components["schemas"]["Change"];
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
    /** @description What a security scheme means. */
    Scheme: {
      /** @description The level that it is for. */
      level: components["schemas"]["Level"];
      /** @description Whether private integrations' tokens may use it at all. */
      private_integrations: boolean;
      /** @description Whether an operation needs all scopes that a requirement lists for it, as OpenAPI says, or one of them. */
      scopes_mean?: components["schemas"]["ScopesMean"];
    };
    /** @description One scope-token: 1 to 128 of the characters `%x21 / %x23-5B / %x5D-7E`, case-sensitive. */
    Scope: string;
    /** @description Whether a scope allows changes. */
    ScopeAccess: "read" | "write";
    /** @description Scopes before and after, of an integration of one level. */
    ScopeChange: {
      /** @description Its scopes then. */
      after: components["schemas"]["Scopes"];
      /** @description Its scopes now; none for an integration that is still to be made. */
      before: components["schemas"]["Scopes"];
      /** @description The types of the API's own events. */
      event_types: components["schemas"]["EventType"][];
      /** @description The level that the integration belongs to. */
      level: components["schemas"]["Level"];
    };
    /** @description What changes from one set to another. */
    ScopeDiff: {
      /** @description In the new set only. */
      added: components["schemas"]["Scopes"];
      /** @description In the old set only. */
      removed: components["schemas"]["Scopes"];
    };
    /** @description What a change of scopes does. */
    ScopePreview: {
      /** @description The scopes that come. */
      added: components["schemas"]["Scopes"];
      /** @description The operations that come within reach, in the policy's order. */
      gained: components["schemas"]["PreviewedOperation"][];
      /** @description The types of events that it would receive, and does not receive now. */
      gained_events: string[];
      /** @description How many operations are within reach before and after. */
      kept: number;
      /** @description The operations that go out of reach, in the policy's order. */
      lost: components["schemas"]["PreviewedOperation"][];
      /** @description The types of events that it receives now, and would not receive any more. */
      lost_events: string[];
      /** @description How many operations are open to this level with all scopes there are. */
      operations: number;
      /** @description How many operations are within reach after. */
      reachable: number;
      /** @description The scopes that go. */
      removed: components["schemas"]["Scopes"];
      /** @description The scopes, before or after, that no operation of the policy needs. */
      unknown: components["schemas"]["Scopes"];
    };
    /** @description The settings about scopes. */
    ScopeSettings: {
      /** @description How scopes are derived, where they are. */
      derive?: components["schemas"]["Derive"] | null;
    };
    /** @description What recorded requests say of an integration's scopes. */
    ScopeUse: {
      /** @description Whether no smaller one exists for certain: with very many operations that several scopes open, only a small one is found. */
      is_smallest: boolean;
      /** @description The smallest set of the integration's scopes with which every recorded request would have been granted. */
      needed: components["schemas"]["Scopes"];
      /** @description Of how many requests the operation is not known, since it is not kept apart; where there are any, nothing counts as unused. */
      unattributed: number;
      /** @description The scopes held for 90 days that no recorded request needed. */
      unused: components["schemas"]["Scopes"];
      /** @description The scopes held for less than that, of which the same is true so far. */
      unused_so_far: components["schemas"]["Scopes"];
    };
    /** @description A set of scopes, in the order of their bytes. */
    Scopes: components["schemas"]["Scope"][];
    /** @description An integration's scopes, and what was recorded of it. */
    ScopesInUse: {
      /** @description The level that the integration belongs to. */
      level: components["schemas"]["Level"];
      /** @description Those of them that it has had for less than 90 days. */
      new_scopes: components["schemas"]["Scopes"];
      /** @description What was recorded of it in the last 90 days. */
      recorded: components["schemas"]["OperationUse"][];
      /** @description Its scopes. */
      scopes: components["schemas"]["Scopes"];
    };
    /** @description How scopes that stand in a list are needed. */
    ScopesMean: "all" | "any";
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
    /** @description An operation to be listed. */
    ShownOperation: {
      /** @description Whether it changes something: by the kind of the scopes that open it, without scopes by its method. */
      access: components["schemas"]["ScopeAccess"];
      /** @description The method. */
      method: string;
      /** @description The path template. */
      path: string;
      /** @description Whether anyone reaches it without a token. */
      public?: boolean;
      /** @description OpenAPI's `summary`. */
      summary?: string;
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
    /** @description One step of a decision. */
    Step: {
      /** @description What was found, in a sentence. */
      detail: string;
      /** @description Whether it went on from here. */
      passed: boolean;
      /** @description Which one. */
      step: components["schemas"]["StepName"];
    };
    /** @description The steps, in order. */
    StepName: "request" | "token" | "operation" | "access";
    /** @description Settings to start from. */
    Suggestion: {
      /** @description What was decided, each with the reason. */
      choices: components["schemas"]["Choice"][];
      /** @description The settings. */
      settings: components["schemas"]["Settings"];
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
    /** @description A text's form. None of them holds any of the token's secret part. */
    TokenForm:
      | {
          /** @constant */
          form: "ours";
          /** @description The integration that it names. */
          id: components["schemas"]["IntegrationId"];
          /** @description What it begins with. */
          prefix: string;
        }
      | {
          /** @description What is wrong. */
          detail: string;
          /** @constant */
          form: "mistyped";
        }
      | {
          /** @description What is wrong. */
          detail: string;
          /** @constant */
          form: "truncated";
        }
      | {
          /** @description What is wrong. */
          detail: string;
          /** @constant */
          form: "other";
        };
    /** @description The operations at which a request need not name an owner, so that the gate compares none. */
    Unnamed: {
      /** @description How many operations are open to this level, with all scopes. */
      open: number;
      /** @description How many of them name no owner. */
      operations: number;
      /** @description Those that this integration reaches. */
      reached: components["schemas"]["ShownOperation"][];
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
    /** @description An origin as browsers write it: `https://app.example`, `http://localhost:5173`. */
    WebOrigin: string;
    /** @description How much of a group is out of reach. */
    What: "touch" | "change" | "some";
    /** @description Which operations get a derived scope. */
    When: "none" | "always";
    /**
     * @description What an alternative is that has a level and no scope, and an operation that is open to every valid token. What is public
     *     stays so, and what a rule names stays as the rule says.
     */
    WithoutScopes: "allow" | "deny";
    /** @description What an operation without any `security` is. */
    WithoutSecurity: "deny" | "authenticated" | "public";
  };
}
