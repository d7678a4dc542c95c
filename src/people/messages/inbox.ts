/** The drill's own inbox, inside the environment: nothing that is sent there can reach anybody. */
export interface Inbox {
  /** Before the path of an acknowledgement link. */
  readonly address: string;
  /** Makes links that nobody can guess; known only to this drill. */
  readonly secret: string;
  /** Resolves with why it was refused, or null when it was taken. Throws for a letter without the mark of an exercise. */
  send(letter: Letter): Promise<string | null>;
  /** From now on nothing is taken there: every mail, or posts into the channel of this name. */
  refuse(what: 'mail' | { readonly post: string }): Promise<void>;
  /** Everything that has arrived so far, in order. */
  arrived(): Promise<readonly Arrival[]>;
  /** Opens the page of a link and confirms there. */
  acknowledge(path: string): Promise<Acknowledgement>;
  /** Ends our connections; the program itself ends with the environment. */
  close(): Promise<void>;
}

export type WebhookShape = 'slack' | 'teams' | 'json';

/** One mail to one person, or one post into a channel. */
export interface Letter {
  readonly message: string;
  readonly over: { readonly kind: 'smtp' } | { readonly kind: 'webhook'; readonly shape: WebhookShape };
  /** Address of a person, or name of a channel. */
  readonly to: string;
  readonly name: string | null;
  readonly subject: string;
  readonly text: string;
  /** Of its acknowledgement link; null where none is asked for. */
  readonly linkPath: string | null;
}

export interface Arrival {
  /** Null: it does not say which message it belongs to, so it is none of ours. */
  readonly message: string | null;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly digest: string;
  /** CLOCK_MONOTONIC of this boot, when the server took it. */
  readonly atMs: number;
}

export interface Acknowledgement {
  /** Whose link it was; null when it leads nowhere. */
  readonly by: string | null;
  readonly atMs: number | null;
}
