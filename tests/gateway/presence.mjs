// Lifecycle events, as the Developer Guide describes them under "Lifecycle events". The gateway gives them to the sessions that
// have subscribed, always with QoS 0, which AWS does not say; who is away misses them.
import { frame, PUBLISH, text } from './frames.mjs';
import { matches } from './rules.mjs';

const ACCOUNT = '123456789012';

/** The form that the guide shows for who signs with a key. */
export const principalOfKey = (accessKeyId) => `${ACCOUNT}/${accessKeyId}:user/${accessKeyId}:user`;

export class Presence {
  #versions = new Map();
  #sessions; #now;

  /** `sessions` maps client IDs to sessions; `now` gives milliseconds since 1970. */
  constructor(sessions, now) {
    this.#sessions = sessions;
    this.#now = now;
  }

  connected(session) {
    session.versionNumber = this.#versions.get(session.clientId) ?? 0;
    this.#versions.set(session.clientId, session.versionNumber + 1);
    this.#publish('presence', 'connected', session, { ipAddress: session.address, versionNumber: session.versionNumber });
  }

  disconnected(session, disconnectReason) {
    const clientInitiatedDisconnect = disconnectReason === 'CLIENT_INITIATED_DISCONNECT';
    this.#publish('presence', 'disconnected', session, { clientInitiatedDisconnect, disconnectReason, versionNumber: session.versionNumber });
  }

  refused(session) {
    this.#publish('presence', 'connect_failed', session, { ipAddress: session.address, connectFailureReason: 'AUTHORIZATION_FAILED' });
  }

  subscribed(session, topics) { this.#publish('subscriptions', 'subscribed', session, { topics }); }

  unsubscribed(session, topics) { this.#publish('subscriptions', 'unsubscribed', session, { topics }); }

  #publish(about, eventType, { clientId, id, principal }, details) {
    // There are no events about a client ID that cannot stand in a topic.
    if (clientId === '' || /[#+]/.test(clientId)) return;
    const event = {
      clientId, timestamp: this.#now(), eventType, ...details, sessionIdentifier: id, principalIdentifier: principal,
    };
    const topic = `$aws/events/${about}/${eventType}/${clientId}`;
    for (const session of this.#sessions.values()) {
      if (![...session.filters].some((filter) => matches(filter, topic))) continue;
      session.deliver(frame(PUBLISH, 0, text(topic), session.version === 5 ? [0] : [], Buffer.from(JSON.stringify(event))));
    }
  }
}
