/** Limits concurrency. Work that does not fit waits in a first-in, first-out queue of callbacks. */
export class ConcurrencyGate {
  readonly #isOpen: () => boolean;
  #line: (() => void)[] = [];
  #next = 0;

  /** `isOpen` returns whether one more may run. */
  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen;
  }

  enter(go: () => void): void {
    if (this.#isOpen()) go();
    else this.#line.push(go);
  }

  /** Reports that work has ended, and starts queued work while `isOpen`. */
  left(): void {
    while (this.#isOpen()) {
      const go = this.#line[this.#next++];
      if (!go) return this.#reset();
      go();
    }
  }

  #reset(): void {
    this.#line = [];
    this.#next = 0;
  }
}
