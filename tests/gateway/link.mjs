// The way between a client and the gateway, and what can go wrong on it.
import { frame, PUBLISH } from './frames.mjs';

/** For `inject`: a PUBLISH whose topic is longer than the packet. */
export const MALFORMED = Buffer.from([0x30, 3, 0xff, 0xff, 97]);
/** For `inject`: a PUBLISH with a payload of so many bytes. */
export const oversized = (bytes) => frame(PUBLISH, 0, [0, 1, 97], Buffer.alloc(bytes, 'x'));

/** Passes things on in their order, each when it is due. Without delay and throttle that is at once. */
class Line {
  #queue = []; #free = 0; #due = 0; #timer;

  /** `delay` is in milliseconds. */
  add(bytes, { delay = 0, bytesPerSecond = Infinity }, work) {
    const now = performance.now();
    this.#free = Math.max(now, this.#free) + (bytes * 1000) / bytesPerSecond;
    this.#due = Math.max(this.#due, this.#free + delay);
    if (this.#due <= now && this.#queue.length === 0) { work(); return; }
    this.#queue.push({ due: this.#due, work });
    if (this.#queue.length === 1) this.#wait();
  }

  #wait() {
    this.#timer = setTimeout(() => {
      const { work } = this.#queue.shift();
      if (this.#queue.length > 0) this.#wait();
      work();
    }, this.#queue[0].due - performance.now());
  }

  stop() { clearTimeout(this.#timer); this.#queue = []; }
}

export class Link {
  #socket; #faults; #in = new Line(); #out = new Line(); #held = false; #cutting = false;

  /** `faults()` gives {delay, bytesPerSecond} of the moment; `receive(bytes, binary)` and `closed(code)` are what arrives. */
  constructor(socket, faults, { receive, closed }) {
    this.#socket = socket;
    this.#faults = faults;
    socket.on('message', (data, binary) => this.#in.add(data.length, faults(), () => receive(data, binary)));
    // What was sent before the close arrives before it.
    socket.on('close', (code) => {
      this.#out.stop();
      this.#in.add(0, faults(), () => closed(code));
    });
    socket.on('error', () => socket.terminate());
  }

  send(bytes) { this.#pass(bytes.length, () => this.#deliver(bytes)); }

  /** Closes in order, after all that was sent. */
  close() { this.#pass(0, () => this.#socket.close()); }

  /** Ends it without a word, as a network does. */
  cut() { this.#socket.terminate(); }

  /** The next message loses its last byte, and with it the line goes. */
  cutInPacket() { this.#cutting = true; }

  /** Half open: the socket stays, and nothing comes through any more, either way, not even a close. */
  hold() {
    this.#held = true;
    this.#socket.pause();
    this.#in.stop();
    this.#out.stop();
  }

  #pass(bytes, work) { if (!this.#held) this.#out.add(bytes, this.#faults(), work); }

  #deliver(bytes) {
    if (this.#cutting) this.#socket.send(bytes.subarray(0, -1), () => this.cut());
    else this.#socket.send(bytes);
  }
}
