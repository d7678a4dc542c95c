/** First argument of the inbox’s program, as JSON. */
export interface InboxSettings {
  readonly smtpPort: number;
  readonly httpPort: number;
  /** Recipients whose mail is taken and then lost, as a server with a wrong rule does it. */
  readonly loses: readonly string[];
}

/** Body of `POST /refuse`: what is answered with 421 or 503 from then on. */
export interface Refusal {
  readonly mail: boolean;
  readonly post?: string;
}

/** Answer to `GET /arrived?after=…`. */
export interface ArrivedItem {
  /** Counts from 1. */
  readonly serial: number;
  readonly message: string | null;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly digest: string;
  readonly atMs: number;
}

/** Answer to `POST /acknowledge/…`. */
export interface AcknowledgeAnswer {
  readonly by: string;
  readonly atMs: number;
}

export const MESSAGE_HEADER = 'x-rollproof-message';

/** What is handed to the program to be sent over SMTP. */
export interface Mail {
  readonly message: string;
  readonly to: string;
  readonly name: string | null;
  readonly subject: string;
  readonly text: string;
}

/** Null: taken by the server. */
export interface SendAnswer {
  readonly trouble: string | null;
}
