/** Lets so many in at once; who comes later waits in line, as a callback and nothing more. */
export class ConcurrencyGate {
  readonly #isOpen: () => boolean;
  #line: (() => void)[] = [];
  #next = 0;

  /** `isOpen` says whether there is room for one more. */
  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen;
  }

  enter(go: () => void): void {
    if (this.#isOpen()) go();
    else this.#line.push(go);
  }

  /** Somebody has left: the line moves up. */
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
