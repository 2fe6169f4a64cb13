/** What happened, in order. `until` resolves to the first entry, past or to come, that the test accepts. */
export class Log extends Array {
  #waiting = new Set();

  add(entry) {
    this.push(entry);
    for (const waiting of this.#waiting) if (waiting.test(entry)) { this.#waiting.delete(waiting); waiting.resolve(entry); }
  }

  until(test) {
    const known = Array.prototype.find.call(this, test);
    return known ? Promise.resolve(known) : new Promise((resolve) => this.#waiting.add({ test, resolve }));
  }
}
