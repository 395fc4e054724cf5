export interface Toast {
  id: number;
  text: string;
  isWarning: boolean;
}

/** Short news at the edge of the page: what was just done. `Toasts` shows them, and for how long. */
class ToastList {
  all = $state<Toast[]>([]);
  #next = 0;

  say(text: string): void {
    this.#show(text, false);
  }

  warn(text: string): void {
    this.#show(text, true);
  }

  #show(text: string, isWarning: boolean): void {
    // The same once more is news, but not twice.
    this.all = [...this.all.filter((toast) => toast.text !== text), { id: this.#next++, text, isWarning }];
  }

  clear(): void {
    this.all = [];
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new ToastList();
