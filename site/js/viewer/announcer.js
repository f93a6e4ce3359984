// Says in a live region what changed, at a pace that a screen reader can follow: while something
// changes quickly only the last of it is said.

const PAUSE_MS = 400;

export class Announcer {
  #timer = 0;

  constructor(region) {
    this.region = region;
  }

  say(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // The same words again would not be a change.
      this.region.textContent = this.region.textContent === words ? `${words}\u00a0` : words;
    }, PAUSE_MS);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
