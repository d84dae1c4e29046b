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

/** Where an engine keeps its data, and the port it is to listen on (a free one unless told). */
export interface EnginePlace {
  file: string;
  port?: number | undefined;
}
