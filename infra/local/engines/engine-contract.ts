export type EngineKind = 'dynoxide' | 'dynamodb-local';

/** A running DynamoDB. */
export interface Engine {
  kind: EngineKind | 'other';
  endpoint: string;
  /** SQLite file that holds the stream records, where there is one to read. */
  streamFile?: string;
  /** Rejects when the engine ends without being stopped. */
  ended: Promise<never>;
  /** Stops it; data in memory is gone. */
  stop(): Promise<void>;
}

/** Where an engine stores its data, and its port (a free one if undefined). */
export interface EnginePlace {
  file: string;
  port?: number | undefined;
}
