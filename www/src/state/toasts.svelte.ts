/** Short news at the edge of the page: what was just done. */
class Toasts {
  all = $state<{ id: number; text: string; isWarning: boolean }[]>([]);
  #next = 0;

  say(text: string): void {
    this.#show(text, false);
  }

  warn(text: string): void {
    this.#show(text, true);
  }

  #show(text: string, isWarning: boolean): void {
    const id = this.#next++;
    this.all.push({ id, text, isWarning });
    setTimeout(() => this.dismiss(id), isWarning ? 15_000 : 6000);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
