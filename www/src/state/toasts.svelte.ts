import { router } from "./router.svelte";

export interface Toast {
  id: number;
  text: string;
  isWarning: boolean;
  /** The path of the view that it belongs to. */
  path: string;
}

/** A short message at the edge of the page about what was just done. One at a time; `Toasts` shows it for a while. */
class CurrentToast {
  current = $state.raw<Toast | null>(null);
  #next = 0;

  /** Says it in the view that is shown. */
  say(text: string): void {
    this.#show(text, false, here());
  }

  /** Says it in the view that is about to be shown. */
  sayAt(hash: string, text: string): void {
    this.#show(text, false, hash.replace(/^#\/?/, "").split("?")[0] ?? "");
  }

  warn(text: string): void {
    this.#show(text, true, here());
  }

  #show(text: string, isWarning: boolean, path: string): void {
    this.current = { id: this.#next++, text, isWarning, path };
  }

  /** It disappears with its view. */
  follow(path: string): void {
    if (this.current && this.current.path !== path) this.current = null;
  }

  dismiss(): void {
    this.current = null;
  }
}

const here = () => router.place.path.join("/");

export const toasts = new CurrentToast();
