import { loadCore, type Found } from "../core";
import { kindsIn, mayHoldCredential } from "../lib/credential";

/** What is shown of a credential that turned up where none belongs. The text itself is not kept. */
export interface Caught {
  /** Null where the rules' code could not be loaded to read it. */
  found: Found | null;
  where: "field" | "address";
}

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Keeps tokens and keys out of fields that are not for them: before they are in the field, so that no search, address or
 * request can have them. A field says by `data-takes` which kinds it is for.
 */
class Pasted {
  caught = $state.raw<Caught | null>(null);
  /** What looked like a credential and is none. */
  #innocent = "";

  constructor() {
    addEventListener("beforeinput", (event) => this.#before(event), { capture: true });
    // What no `beforeinput` announces: a password manager, an extension, a browser that fills in a form again.
    addEventListener("input", (event) => this.#after(event), { capture: true });
  }

  /** The address without a credential: it and its entry in the history are replaced at once, before anything asks for it. */
  cleaned(): string {
    const { hash, search, pathname } = location;
    if (hash + search === this.#innocent || ![hash + search, decoded(hash + search)].some(mayHoldCredential))
      return hash;
    history.replaceState(history.state, "", `${pathname}#/integrations`);
    void this.#read(decoded(hash + search)).then((caught) => {
      if (caught === "none") {
        this.#innocent = hash;
        location.hash = hash;
      } else this.caught = { ...caught, where: "address" };
    });
    return location.hash;
  }

  #before(event: InputEvent): void {
    const field = fieldOf(event);
    const data = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    if (!field || data === "") return;
    const [from, to] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    const next = field.value.slice(0, from) + data + field.value.slice(to);
    if (!this.#isSuspect(field, next)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // What stood there before stays, unless it is a part of the credential itself.
    const kept = mayHoldCredential(data) ? field.value : "";
    void this.#judge(field, next, () => kept);
  }

  #after(event: Event): void {
    const field = fieldOf(event);
    if (!field || !this.#isSuspect(field, field.value)) return;
    const next = field.value;
    event.stopImmediatePropagation();
    write(field, "");
    void this.#judge(field, next, () => "");
  }

  /** Whether it may hold a credential that the field is not for. */
  #isSuspect(field: Field, text: string): boolean {
    return text !== this.#innocent && kindsIn(text).some((kind) => !takes(field, kind));
  }

  async #judge(field: Field, next: string, kept: () => string): Promise<void> {
    const caught = await this.#read(next);
    if (caught === "none" || (caught.found !== null && takes(field, caught.found.kind))) {
      this.#innocent = next;
      write(field, field.maxLength > 0 ? next.slice(0, field.maxLength) : next);
      return;
    }
    write(field, kept());
    this.caught = { ...caught, where: "field" };
  }

  async #read(text: string): Promise<Omit<Caught, "where"> | "none"> {
    try {
      const found = (await loadCore()).findCredential(text);
      return found === null ? "none" : { found };
    } catch {
      return { found: null };
    }
  }
}

function fieldOf(event: Event): Field | null {
  const target = event.composedPath()[0];
  const isField =
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "file"].includes(target.type));
  return isField ? target : null;
}

const takes = (field: Field, kind: Found["kind"]) => (field.dataset.takes ?? "").split(" ").includes(kind);

/** As if somebody had typed it: whatever is bound to the field follows. */
function write(field: Field, value: string): void {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

export const pasted = new Pasted();
