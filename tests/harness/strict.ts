import { EventEmitter } from "node:events";

/** Names that loaders, promises and printers look for on any object; they must see "absent", not an error. */
const QUIET = new Set<PropertyKey>([
  "then",
  "toJSON",
  "__esModule",
  "$$typeof",
  "asymmetricMatch",
  "nodeType",
  "inspect",
]);

/** The name under which an emitter's class is known to the app, for the error message. */
export const apiName: unique symbol = Symbol("electron api name");

type Namer = (receiver: unknown) => string;

export function notImplemented(path: string): Error {
  return new Error(`harness: electron.${path} is not implemented`);
}

function guard<T extends object>(target: T, name: Namer): T {
  return new Proxy(target, {
    get(base, key, receiver: unknown) {
      if (typeof key === "symbol" || key in base || QUIET.has(key)) return Reflect.get(base, key, receiver) as unknown;
      const owner = name(receiver);
      throw notImplemented(owner === "" ? key : `${owner}.${key}`);
    },
  });
}

/**
 * Makes every unknown member throw. The guard stands at the end of the prototype chain instead of around the object:
 * private fields and identity keep working, and a bundler's copy of the module (which copies the prototype) stays
 * guarded.
 */
export function strict<T extends object>(name: string, members: T): T {
  return Object.setPrototypeOf(
    members,
    guard(Object.create(Object.prototype) as object, () => name),
  ) as T;
}

/** Base of every emitting Electron object. A subclass names itself with `apiName`. */
export class StrictEmitter extends EventEmitter {
  get [apiName](): string {
    return this.constructor.name;
  }
}

class Statics extends EventEmitter {}

Object.setPrototypeOf(
  StrictEmitter.prototype,
  guard(Object.create(EventEmitter.prototype) as object, (receiver) => (receiver as StrictEmitter)[apiName]),
);
Object.setPrototypeOf(
  StrictEmitter,
  guard(Statics, (receiver) => (receiver as { name: string }).name),
);

type EmitterMember = keyof EventEmitter;

/** Every member of `Mine` that Electron has too must be assignable to Electron's; listed exceptions aside. */
export type Conforms<
  Real,
  Mine extends Pick<Real, Exclude<Extract<keyof Mine, keyof Real>, EmitterMember | Except>>,
  Except extends PropertyKey = never,
> = Mine;

export interface HarnessEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

/** Electron's event object: the details stand on the event itself. */
export function makeEvent<T extends object>(details: T): T & HarnessEvent {
  const event = Object.defineProperties({} as T & HarnessEvent, Object.getOwnPropertyDescriptors(details));
  event.defaultPrevented = false;
  event.preventDefault = () => {
    event.defaultPrevented = true;
  };
  return event;
}

/** Emits with a fresh event object first; true when a listener prevented the default. */
export function emitEvent(emitter: EventEmitter, name: string, details: object = {}, ...rest: unknown[]): boolean {
  const event = makeEvent(details);
  emitter.emit(name, event, ...rest);
  return event.defaultPrevented;
}
