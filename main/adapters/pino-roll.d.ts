/** pino-roll brings no types; this is the part in use. */
declare module "pino-roll" {
  import type { DestinationStream } from "pino";

  interface Options {
    file: string;
    extension?: string;
    size?: string;
    limit?: { count: number; removeOtherLogFiles?: boolean };
    mode?: number;
  }
  type RollingStream = DestinationStream & NodeJS.EventEmitter & { end(): void };
  export default function pinoRoll(options: Options): Promise<RollingStream>;
}
