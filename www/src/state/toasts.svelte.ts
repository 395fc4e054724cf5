/** Short news at the edge of the page: what was just done. */
class Toasts {
  all = $state<{ id: number; text: string }[]>([]);
  #next = 0;

  say(text: string): void {
    const id = this.#next++;
    this.all.push({ id, text });
    setTimeout(() => this.dismiss(id), 6000);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
