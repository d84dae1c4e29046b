import { type SharedTime, tellTime } from './virtual-clock.ts';

/** Replaces `Date` of this thread by the virtual clock. */
export function installVirtualDate(time: SharedTime): void {
  const now = tellTime(time);
  const RealDate = Date;
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [now()], newTarget === Date ? target : newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = Date;
}
