// Who may do what, and what nobody may. The quotas are those of "AWS IoT Core endpoints and quotas", message broker limits.

/** Filters in one SUBSCRIBE, and subscriptions of one connection. */
export const MAX_FILTERS = 8, MAX_SUBSCRIPTIONS = 50;
/** Bytes of payload in one PUBLISH. */
export const MAX_PAYLOAD = 128 * 1024;
const MAX_CLIENT_ID = 128, MAX_TOPIC = 256, MAX_SLASHES = 7;

/**
 * Rules: {connect, publish, retain, subscribe, receive}, each a list of patterns in which `*` stands for any text. Connect
 * looks at the client ID, subscribe at the filter, the others at the topic. Where a list is missing, all is allowed.
 */
export function allows(rules, action, name) {
  const matches = (pattern) =>
    new RegExp(`^${pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*')}$`, 's').test(name);
  return rules[action] === undefined || rules[action].some(matches);
}

export const goodClientId = (id) => Buffer.byteLength(id) <= MAX_CLIENT_ID && !id.startsWith('$');

/** Whether the broker takes a topic or a filter. What names a share or a rule is not counted. */
export function goodTopic(name) {
  const counted = name.replace(/^\$share\/[^/]*\/|^\$aws\/rules\/[^/]*\//, '');
  const reserved = counted.startsWith('$') && !counted.startsWith('$aws/');
  return !reserved && Buffer.byteLength(counted) <= MAX_TOPIC && counted.split('/').length - 1 <= MAX_SLASHES;
}

/** Whether a filter has a topic. As at AWS, `a/#` does not have `a` (Developer Guide, "Topic filters"). */
export function matches(filter, topic) {
  const [wanted, given] = [filter.split('/'), topic.split('/')];
  if (topic.startsWith('$') && wanted[0] !== given[0]) return false;
  const open = wanted.at(-1) === '#';
  const fixed = open ? wanted.slice(0, -1) : wanted;
  return (open ? given.length > fixed.length : given.length === fixed.length)
    && fixed.every((level, i) => level === '+' || level === given[i]);
}

/** Counts events of the last second, by name. */
export class Rate {
  #times = new Map();

  /** Notes one more and says whether that is more than `limit` in one second. What is too much is not noted. `now` is in ms. */
  exceeds(name, limit = Infinity, now = performance.now()) {
    const recent = (this.#times.get(name) ?? []).filter((time) => now - time < 1000);
    const tooMany = recent.length >= limit;
    this.#times.set(name, tooMany ? recent : [...recent, now]);
    return tooMany;
  }
}
