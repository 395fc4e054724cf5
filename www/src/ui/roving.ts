/**
 * A grid with one Tab stop: arrow keys, Home and End move between its cells, the elements with `data-cell` in its rows. The stop is
 * where the focus was last.
 */
export function roving(grid: HTMLElement): () => void {
  const rows = () =>
    [...grid.querySelectorAll('[role="row"]')]
      .map((row) => [...row.querySelectorAll<HTMLElement>("[data-cell]:not(:disabled)")])
      .filter((row) => row.length > 0);

  function settle(to?: HTMLElement | null) {
    const all = rows().flat();
    const stop = to ?? all.find((cell) => cell.tabIndex === 0) ?? all[0];
    for (const cell of grid.querySelectorAll<HTMLElement>("[data-cell]")) cell.tabIndex = cell === stop ? 0 : -1;
  }

  function move(event: KeyboardEvent) {
    const all = rows();
    const at = all.findIndex((row) => row.some((cell) => cell === event.target));
    const row = all[at];
    const column = row?.findIndex((cell) => cell === event.target) ?? -1;
    if (!row || column < 0 || event.altKey || event.metaKey) return;
    const isRightToLeft = getComputedStyle(grid).direction === "rtl";
    const along = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const last = all.length - 1;
    const to =
      along !== undefined
        ? row[column + along]
        : down !== undefined
          ? all[at + down]?.[Math.min(column, (all[at + down]?.length ?? 1) - 1)]
          : event.key === "Home"
            ? (event.ctrlKey ? all[0] : row)?.[0]
            : event.key === "End"
              ? (event.ctrlKey ? all[last] : row)?.at(-1)
              : undefined;
    if (along === undefined && down === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    to?.focus();
  }

  const focused = (event: FocusEvent) => settle((event.target as HTMLElement).closest<HTMLElement>("[data-cell]"));
  const observer = new MutationObserver(() => settle());
  observer.observe(grid, { childList: true, subtree: true, attributeFilter: ["disabled"] });
  grid.addEventListener("focusin", focused);
  grid.addEventListener("keydown", move);
  settle();
  return () => {
    observer.disconnect();
    grid.removeEventListener("focusin", focused);
    grid.removeEventListener("keydown", move);
  };
}
