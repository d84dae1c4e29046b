interface Timer {
  readonly at: number;
  readonly seq: number;
  fire: (() => void) | undefined;
}

/**
 * Timers in order of time. Timers of one moment keep the order in which they were set. Setting and
 * taking cost O(log n), cancelling O(1). A cancelled timer drops its callback at once, and is
 * removed when half of the heap is cancelled.
 */
export class TimerHeap {
  #heap: Timer[] = [];
  #seq = 0;
  #dead = 0;

  /** Timers that may still fire. */
  get size(): number {
    return this.#heap.length - this.#dead;
  }

  /** Sets a timer. Returns a function that cancels it, also after it has fired. */
  add(at: number, fire: () => void): () => void {
    const timer: Timer = { at, seq: this.#seq++, fire };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return () => this.#cancel(timer);
  }

  /** Returns the time of the earliest timer. */
  next(): number | undefined {
    while (this.#heap[0] && !this.#heap[0].fire) this.#takeTop();
    return this.#heap[0]?.at;
  }

  /** Removes the earliest timer that is due by `now`, and returns its callback. */
  takeDue(now: number): (() => void) | undefined {
    const next = this.next();
    if (next === undefined || next > now) return undefined;
    const timer = this.#takeTop();
    const fire = timer?.fire;
    if (timer) timer.fire = undefined;
    return fire;
  }

  #cancel(timer: Timer): void {
    if (!timer.fire) return;
    timer.fire = undefined;
    this.#dead++;
    if (this.#dead > 64 && this.#dead * 2 > this.#heap.length) this.#compact();
  }

  #compact(): void {
    this.#heap = this.#heap.filter((timer) => timer.fire).sort((a, b) => a.at - b.at || a.seq - b.seq);
    this.#dead = 0;
  }

  #takeTop(): Timer | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (top && !top.fire) this.#dead--;
    if (last && last !== top) {
      this.#heap[0] = last;
      this.#sink();
    }
    return top;
  }

  #rise(place: number): void {
    for (let child = place; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfLater(parent, child)) return;
      child = parent;
    }
  }

  #sink(): void {
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      const smaller = this.#isLater(left, left + 1) ? left + 1 : left;
      if (!this.#swapIfLater(parent, smaller)) return;
      parent = smaller;
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [upper, lower] = [this.#heap[parent], this.#heap[child]];
    if (!upper || !lower || !this.#isLater(parent, child)) return false;
    this.#heap[parent] = lower;
    this.#heap[child] = upper;
    return true;
  }

  #isLater(first: number, second: number): boolean {
    const [a, b] = [this.#heap[first], this.#heap[second]];
    return a !== undefined && b !== undefined && (a.at > b.at || (a.at === b.at && a.seq > b.seq));
  }
}
